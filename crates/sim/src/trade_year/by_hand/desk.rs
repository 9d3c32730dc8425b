//! The one desk: decisions queue for it, emergencies first, and each takes as long.

use journeyman_domain::{Duration, Time};

/// A decision that is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Task {
    /// Lower is taken up first.
    pub(super) urgency: u8,
    pub(super) call: usize,
}

pub(super) struct Desk {
    planning: Duration,
    queue: Vec<Task>,
    at_work: Option<Task>,
    /// Whether somebody sits over a decision, forgotten or not.
    busy: bool,
}

impl Desk {
    pub(super) fn new(planning: Duration) -> Self {
        Self { planning, queue: Vec::new(), at_work: None, busy: false }
    }

    /// Queues a decision; when it will be made, if the desk takes it up at once.
    pub(super) fn ask(&mut self, task: Task, now: Time) -> Option<Time> {
        if self.queue.contains(&task) || self.at_work == Some(task) {
            return None;
        }
        self.queue.push(task);
        if self.busy { None } else { self.take_up(now) }
    }

    /// The decision that is made, unless nobody wants it any more, and when the next one will be.
    pub(super) fn decided(&mut self, now: Time) -> (Option<Task>, Option<Time>) {
        self.busy = false;
        let made = self.at_work.take();
        (made, self.take_up(now))
    }

    /// Nobody wants decisions about a call any more.
    pub(super) fn forget(&mut self, call: usize) {
        self.queue.retain(|task| task.call != call);
        self.at_work = self.at_work.filter(|task| task.call != call);
    }

    fn take_up(&mut self, now: Time) -> Option<Time> {
        let first = (0..self.queue.len()).min_by_key(|&at| (self.queue[at].urgency, at))?;
        self.at_work = Some(self.queue.remove(first));
        self.busy = true;
        Some(now + self.planning)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emergencies_are_next_and_each_decision_takes_as_long() {
        let time = Time::from_ticks;
        let task = |urgency, call| Task { urgency, call };
        let mut desk = Desk::new(Duration::from_ticks(60));
        assert_eq!(desk.ask(task(1, 1), time(0)), Some(time(60)));
        assert_eq!(desk.ask(task(1, 2), time(10)), None);
        assert_eq!(desk.ask(task(0, 3), time(20)), None);
        assert_eq!(desk.decided(time(60)), (Some(task(1, 1)), Some(time(120))));
        desk.forget(3);
        assert_eq!(desk.decided(time(120)), (None, Some(time(180))), "the time is spent all the same");
        assert_eq!(desk.decided(time(180)), (Some(task(1, 2)), None));
    }
}
