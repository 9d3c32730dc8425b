//! Where threads wait for each other and settle something between them.

use std::sync::{Condvar, Mutex, PoisonError};

/// What is settled when all have come.
pub(crate) trait Agenda {
    /// All `members` have brought what they have.
    fn conclude(&mut self, members: usize);
}

/// A meeting of the same threads again and again; one that panics leaves.
pub(crate) struct Meeting<A: Agenda> {
    state: Mutex<Attendance<A>>,
    complete: Condvar,
}

struct Attendance<A> {
    /// Threads that are waited for.
    members: usize,
    arrived: usize,
    /// Meetings held.
    held: u64,
    agenda: A,
}

/// A thread's place in the meeting, given up when it ends, however it does.
pub(crate) struct Seat<'r, A: Agenda>(&'r Meeting<A>);

impl<A: Agenda> Meeting<A> {
    /// Of so many threads, who take their seats soon.
    pub(crate) fn of(members: usize, agenda: A) -> Self {
        let state = Attendance { members, arrived: 0, held: 0, agenda };
        Self { state: Mutex::new(state), complete: Condvar::new() }
    }

    /// The seat of a thread that was counted on from the beginning.
    pub(crate) fn sit(&self) -> Seat<'_, A> {
        Seat(self)
    }

    /// A seat for one more.
    pub(crate) fn add_seat(&self) -> Seat<'_, A> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).members += 1;
        Seat(self)
    }
}

impl<A: Agenda> Seat<'_, A> {
    /// Brings something and waits until it is settled.
    pub(crate) fn meet(&self, bring: impl FnOnce(&mut A)) {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        bring(&mut state.agenda);
        state.arrived += 1;
        let held = state.held;
        self.0.close_if_complete(&mut state);
        let state = self.0.complete.wait_while(state, |state| state.held == held);
        drop(state.unwrap_or_else(PoisonError::into_inner));
    }

    /// Looks at what was settled last: the next meeting can't end before this thread has come to it, but others may
    /// have brought something for it.
    pub(crate) fn look<T>(&self, take: impl FnOnce(&A) -> T) -> T {
        take(&self.0.state.lock().unwrap_or_else(PoisonError::into_inner).agenda)
    }
}

impl<A: Agenda> Meeting<A> {
    fn close_if_complete(&self, state: &mut Attendance<A>) {
        if state.arrived == state.members && state.arrived > 0 {
            // Before it is concluded: if that panics, the others must not wait for it.
            state.arrived = 0;
            state.held += 1;
            self.complete.notify_all();
            state.agenda.conclude(state.members);
        }
    }
}

impl<A: Agenda> Drop for Seat<'_, A> {
    fn drop(&mut self) {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.members -= 1;
        self.0.close_if_complete(&mut state);
    }
}
