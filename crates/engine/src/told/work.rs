//! Events of the work itself: calls, cancellations, new times, pins, travel.

use std::sync::Arc;

use journeyman_domain::{
    Call, Names, Pin, Place, Problem, Promise, Time, TimeWindow, TravelSpec, Visit, VisitId,
};
use journeyman_travel::Travel;

use super::{EventError, Told};
use crate::day::refuse_unreachable;

impl Told {
    pub(super) fn receive(&mut self, call: &Call, number: usize) -> Result<(), EventError> {
        match &call.travel {
            Some(spec) => {
                self.problem.places.extend(call.places.iter().cloned());
                self.change_travel(spec)?;
            }
            None => self.learn_places(&call.places)?,
        }
        refuse_unreachable(&self.problem, call.visits.iter().map(|visit| visit.place))?;
        self.learn_names(&call.names);
        let problem = &mut self.problem;
        problem.permits.extend(call.permits.iter().cloned());
        problem.work_orders.extend(call.work_order.iter().cloned());
        for visit in &call.visits {
            problem.visits.push(visit.clone());
            self.causes.push(Some(number));
        }
        let (problem, travel) = (&self.problem, &self.travel);
        if self.certificate.as_mut().is_some_and(|certificate| !certificate.grow(problem, travel)) {
            self.loosen_all();
        }
        Ok(())
    }

    pub(super) fn learn_places(&mut self, places: &[Place]) -> Result<(), EventError> {
        for place in places {
            Arc::make_mut(&mut self.travel).push_place(place)?;
            self.problem.places.push(place.clone());
        }
        Ok(())
    }

    pub(super) fn learn_names(&mut self, names: &Names) {
        let known = &mut self.problem.names;
        let lists = [
            (&mut known.skills, &names.skills),
            (&mut known.endorsements, &names.endorsements),
            (&mut known.tools, &names.tools),
            (&mut known.features, &names.features),
            (&mut known.skus, &names.skus),
        ];
        for (known, new) in lists {
            known.extend(new.iter().cloned());
        }
    }

    /// What has started is not cancelled any more.
    pub(super) fn cancel(
        &mut self,
        visits: &[VisitId],
        (now, number): (Time, usize),
    ) -> Result<(), EventError> {
        for &visit in visits {
            self.refuse_begun(visit, now)?;
        }
        // From the last id on, so that no id moves before its turn.
        let mut gone = visits.to_vec();
        gone.sort_unstable();
        gone.dedup();
        for &visit in gone.iter().rev() {
            self.remove(visit, number);
        }
        Ok(())
    }

    pub(super) fn reschedule(
        &mut self,
        visit: VisitId,
        windows: &[TimeWindow],
        promise: Option<Promise>,
        (now, number): (Time, usize),
    ) -> Result<(), EventError> {
        self.refuse_begun(visit, now)?;
        self.loosen(visit);
        let noun = &mut self.problem.visits[visit.index()];
        windows.clone_into(&mut noun.windows);
        noun.promise = promise;
        // The customer no longer counts on what the plan says.
        if let Some((route, at)) = self.position(visit) {
            self.problem.baseline[route].stops[at].told = None;
        }
        self.concern(visit, number);
        Ok(())
    }

    pub(super) fn pin(
        &mut self,
        visit: VisitId,
        pin: Option<Pin>,
        (now, number): (Time, usize),
    ) -> Result<(), EventError> {
        self.refuse_begun(visit, now)?;
        let noun = &mut self.problem.visits[visit.index()];
        let before = std::mem::replace(&mut noun.pin, pin);
        // A pin only takes plans away, but its start overrides the windows.
        if before.is_some() || pin.is_some_and(|pin| pin.start.is_some()) {
            self.loosen(visit);
        }
        self.concern(visit, number);
        Ok(())
    }

    /// Prices of another problem with the same shifts and visits.
    pub(crate) fn reprice(&mut self, like: &Problem) {
        self.problem.take_prices(like);
        self.loosen_all();
    }

    /// A visit becomes another; its work order and its pin stay.
    pub(crate) fn replace_visit(
        &mut self,
        visit: VisitId,
        noun: Visit,
        names: &Names,
        number: usize,
    ) -> Result<(), EventError> {
        refuse_unreachable(&self.problem, std::iter::once(noun.place))?;
        self.learn_names(names);
        self.loosen(visit);
        let before = &mut self.problem.visits[visit.index()];
        *before = Visit { work_order: before.work_order, pin: before.pin, ..noun };
        self.concern(visit, number);
        Ok(())
    }

    pub(super) fn change_travel(&mut self, spec: &TravelSpec) -> Result<(), EventError> {
        self.problem.travel = spec.clone();
        self.travel = Arc::new(Travel::build(&self.problem)?);
        self.loosen_all();
        Ok(())
    }

    pub(super) fn refuse_begun(&self, visit: VisitId, now: Time) -> Result<(), EventError> {
        if self.has_begun(visit, now) {
            return Err(EventError::HasStarted { visit: self.problem.visit(visit).label.clone() });
        }
        Ok(())
    }
}
