//! The people on the road: what each does, what each has to do next, and who would be there when.

use journeyman_domain::{Duration, PlaceId, Problem, Time};
use journeyman_travel::{Travel, TravelError};

use crate::trade_year::assumptions::LAST_START;
use crate::trade_year::day::{DayContext, DayEnd, Driven, News};
use crate::trade_year::record::CallRecord;

/// Who is done with something after it takes lunch.
const LUNCH_FROM: Time = Time::from_ticks(11 * 3600);
const LUNCH: Duration = Duration::from_ticks(1800);

/// Where somebody would come in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Choice {
    pub(super) technician: usize,
    position: usize,
    /// On site.
    pub(super) start: Time,
}

/// What somebody begins to do.
pub(super) struct Begun {
    /// When to look again.
    pub(super) wakes: Time,
    /// When it is known that it lasts longer than planned, if it does.
    pub(super) overrun_known: Option<Time>,
}

/// Work as the coordinator knows it.
#[derive(Clone, Copy)]
struct Work {
    place: PlaceId,
    planned: Duration,
    /// Not before; an appointment not after either.
    from: Time,
    until: Option<Time>,
}

#[derive(Clone)]
struct Technician {
    queue: Vec<usize>,
    place: PlaceId,
    /// True end of what is under way.
    busy_until: Time,
    /// The end that the coordinator knows.
    known_end: Time,
    lunch_taken: bool,
    out_from: Option<Time>,
    driven: Vec<Driven>,
}

pub(super) struct Crew {
    travel: Travel,
    people: Vec<Technician>,
    /// By call.
    work: Vec<Option<Work>>,
    qualified: Vec<Vec<bool>>,
    regular_end: Time,
    last_return: Time,
}

impl Crew {
    /// Everybody at home; `open` and what the news bring are the work of the day.
    pub(super) fn begin(
        day: DayContext<'_>,
        records: &[CallRecord],
        open: &[usize],
        news: &[(Time, News)],
    ) -> Result<Self, TravelError> {
        let mut problem: Problem = day.firm.base.clone();
        let (mut work, mut qualified) = (vec![None; records.len()], vec![Vec::new(); records.len()]);
        let come =
            news.iter().filter_map(|&(_, what)| if let News::Ready(call) = what { Some(call) } else { None });
        for call in open.iter().copied().chain(come) {
            let place = PlaceId::new(problem.places.len());
            problem.places.push(day.place(call));
            let noun = &day.history.calls[call];
            let visit = day.visit(call, place, 0);
            let agreed = day.agreed(call);
            work[call] = Some(Work {
                place,
                planned: visit.duration,
                from: visit.windows[0].start,
                until: agreed.map(|window| window.end),
            });
            qualified[call].clone_from(&day.firm.jobs[noun.job].qualified);
        }
        let people = (0..day.firm.technicians()).map(|technician| {
            let begins = day.firm.base.shifts[technician].window.start;
            Technician {
                queue: Vec::new(),
                place: PlaceId::new(technician),
                busy_until: begins,
                known_end: begins,
                lunch_taken: false,
                out_from: day.absent(technician).filter(|&from| from <= day.opens()),
                driven: Vec::new(),
            }
        });
        let (people, shift) = (people.collect(), &day.firm.base.shifts[0]);
        let (regular_end, last_return) = (shift.soft_end, shift.window.end);
        Ok(Self { travel: Travel::build(&problem)?, people, work, qualified, regular_end, last_return })
    }

    pub(super) fn is_busy(&self, technician: usize, now: Time) -> bool {
        self.people[technician].busy_until > now
    }

    pub(super) fn is_out(&self, technician: usize, now: Time) -> bool {
        self.people[technician].out_from.is_some_and(|from| from <= now)
    }

    pub(super) fn may(&self, technician: usize, call: usize) -> bool {
        self.qualified[call].get(technician).copied().unwrap_or(false)
    }

    pub(super) fn has_begun(&self, call: usize) -> bool {
        self.people.iter().any(|person| person.driven.iter().any(|stop| stop.call == call))
    }

    /// Takes up what is next, lunch or work; none: there is nothing.
    pub(super) fn go_on(
        &mut self,
        technician: usize,
        now: Time,
        on_site: impl Fn(usize) -> Duration,
    ) -> Option<Begun> {
        let call = self.people[technician].queue.first().copied();
        if self.is_out(technician, now) {
            return None;
        }
        let person = &self.people[technician];
        let work = call.map(|call| self.work(call));
        if !person.lunch_taken && now >= LUNCH_FROM {
            let person = &mut self.people[technician];
            (person.lunch_taken, person.busy_until) = (true, now + LUNCH);
            person.known_end = person.busy_until;
            return Some(Begun { wakes: person.busy_until, overrun_known: None });
        }
        let (call, work) = (call?, work?);
        let drive = self.travel.duration_at(person.place, work.place, now);
        let departs = now.max(work.from - drive);
        if departs > now {
            return Some(Begun { wakes: departs, overrun_known: None });
        }
        let start = (now + drive).max(work.from);
        let (planned_end, end) = (start + work.planned, start + on_site(call));
        let person = &mut self.people[technician];
        person.queue.remove(0);
        person.driven.push(Driven { call, departure: now, arrival: now + drive, start, end });
        (person.place, person.busy_until, person.known_end) = (work.place, end, planned_end);
        Some(Begun { wakes: end, overrun_known: (end > planned_end).then_some(planned_end) })
    }

    /// The technician says when the work will be done; what that means for what comes next.
    pub(super) fn known_overrun(&mut self, technician: usize, now: Time) -> Vec<(usize, Time)> {
        let person = &mut self.people[technician];
        person.known_end = person.busy_until;
        let queue = person.queue.clone();
        queue.iter().copied().zip(self.starts(technician, &queue, now).0).collect()
    }

    /// Goes home sick after what is under way; the work that is left.
    pub(super) fn leaves(&mut self, technician: usize, now: Time) -> Vec<usize> {
        let person = &mut self.people[technician];
        person.out_from = Some(now);
        std::mem::take(&mut person.queue)
    }

    pub(super) fn take_off(&mut self, call: usize) {
        for person in &mut self.people {
            person.queue.retain(|&other| other != call);
        }
    }

    pub(super) fn give(&mut self, call: usize, choice: Choice) {
        let queue = &mut self.people[choice.technician].queue;
        queue.insert(choice.position.min(queue.len()), call);
    }

    /// When work that is with somebody would begin.
    pub(super) fn start_of(&self, call: usize, now: Time) -> Option<Time> {
        let technician = self.people.iter().position(|person| person.queue.contains(&call))?;
        let queue = &self.people[technician].queue;
        let at = queue.iter().position(|&other| other == call)?;
        self.starts(technician, queue, now).0.get(at).copied()
    }

    /// The nearest of those who are free now; else who is there first. Nothing that stands begins outside of its window for
    /// it. `promised` is until when the customer was told; where nobody keeps that, any time of the day will do.
    pub(super) fn choose(&self, call: usize, now: Time, promised: Option<Time>) -> Option<Choice> {
        let work = self.work(call);
        let choices = (0..self.people.len())
            .filter(|&technician| self.may(technician, call) && !self.is_out(technician, now))
            .filter_map(|technician| Some((technician, self.place_in(technician, call, now)?)))
            .map(|(technician, choice)| {
                let person = &self.people[technician];
                let free = person.queue.is_empty() && person.busy_until <= now;
                let late = promised.is_some_and(|end| choice.start > end);
                let drive = self.travel.leg(person.place, work.place).duration;
                let rank = if free { (late, false, Time::ZERO + drive) } else { (late, true, choice.start) };
                (rank, technician, choice)
            });
        choices.min_by_key(|&(rank, technician, _)| (rank, technician)).map(|(.., choice)| choice)
    }

    /// The first place in somebody's queue that fits.
    fn place_in(&self, technician: usize, call: usize, now: Time) -> Option<Choice> {
        let work = self.work(call);
        let queue: Vec<usize> =
            self.people[technician].queue.iter().copied().filter(|&other| other != call).collect();
        let (before, _) = self.starts(technician, &queue, now);
        (0..=queue.len()).find_map(|position| {
            let mut with = queue.clone();
            with.insert(position, call);
            let (mut starts, back) = self.starts(technician, &with, now);
            let start = starts.remove(position);
            let in_time = start <= work.until.unwrap_or(Time::ZERO + LAST_START);
            // Work that waits for the day's end is pushed back by no more than half an hour; windows are kept.
            let others = queue.iter().zip(&before).zip(&starts).all(|((&other, &before), &after)| {
                let limit = self.work(other).until.unwrap_or(before + LUNCH);
                after <= limit.max(before)
            });
            (in_time && others && back <= self.last_return).then_some(Choice { technician, position, start })
        })
    }

    /// When the work of a queue would begin, and when its technician would be home.
    fn starts(&self, technician: usize, queue: &[usize], now: Time) -> (Vec<Time>, Time) {
        let person = &self.people[technician];
        let (mut place, mut time, mut lunch) = (person.place, person.known_end.max(now), person.lunch_taken);
        let mut starts = Vec::with_capacity(queue.len());
        for &call in queue {
            let work = self.work(call);
            if !lunch && time >= LUNCH_FROM {
                (lunch, time) = (true, time + LUNCH);
            }
            let (_, start) = self.arrival(place, work, time);
            starts.push(start);
            (place, time) = (work.place, start + work.planned);
        }
        (starts, time + self.travel.duration_at(place, PlaceId::new(technician), time))
    }

    fn arrival(&self, from: PlaceId, work: Work, leaves: Time) -> (Time, Time) {
        let arrival = leaves + self.travel.duration_at(from, work.place, leaves);
        (arrival, arrival.max(work.from))
    }

    fn work(&self, call: usize) -> Work {
        self.work[call].expect("the crew knows the work of its day")
    }

    pub(super) fn end(self) -> DayEnd {
        let mut end = DayEnd::default();
        for (technician, person) in self.people.into_iter().enumerate() {
            if let Some(last) = person.driven.last() {
                let home = self.travel.duration_at(person.place, PlaceId::new(technician), last.end);
                end.overtime += (last.end + home).max(self.regular_end) - self.regular_end;
                end.driving += home;
            }
            for stop in &person.driven {
                end.driving += stop.arrival - stop.departure;
            }
            end.driven.push(person.driven);
        }
        end
    }
}
