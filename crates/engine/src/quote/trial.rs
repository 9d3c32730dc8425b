//! A copy of a day with a place for one more visit, which is another one for every caller: so that nothing that was worked
//! out for the day is worked out again.

use std::sync::Arc;

use journeyman_domain::{
    Call, Place, PlaceId, Problem, ShiftId, TimeWindow, Unserved, Visit, VisitId, WorkOrderId,
};
use journeyman_eligibility::Eligibility;
use journeyman_route::{RouteModel, RouteTables, StartLimit};
use journeyman_travel::{Territories, Travel, TravelError};

use crate::EngineError;
use crate::day::{Ground, refuse_unreachable, refuse_unsolved_visit};

/// Where the visit of a caller goes in the lists of a day: at their ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Vacancy {
    pub(super) visit: VisitId,
    /// For a place that the day does not know; none where travel can't take one in.
    place: Option<PlaceId>,
    places: usize,
}

impl Vacancy {
    /// Makes room in a day. Travel may be copied for it: O(places²).
    pub(super) fn open(problem: &mut Problem, travel: &mut Arc<Travel>) -> Self {
        let places = problem.places.len();
        let point = problem.places.iter().find_map(|place| place.point);
        let anywhere = Place { label: String::new(), point };
        // Travel by matrix takes no place in; whoever brings one is refused.
        let place = point.and_then(|_| Arc::make_mut(travel).push_place(&anywhere).ok());
        // A day without places has no shifts either; its visit is somewhere all the same.
        if place.is_some() || problem.places.is_empty() {
            problem.places.push(anywhere);
        }
        let visit = VisitId::new(problem.visits.len());
        let at = problem.shifts.first().map_or(PlaceId::new(0), |shift| shift.start_place);
        // It holds the place of the next caller's.
        let order = WorkOrderId::new(problem.work_orders.len());
        let any_time = vec![problem.horizon_window()];
        problem.visits.push(Visit::bare(String::new(), order, at, any_time));
        problem.work_orders.push(String::new());
        Self { visit, place, places }
    }
}

/// One copy. Memory: that of the day and of its travel.
pub(super) struct Trial {
    pub(super) problem: Problem,
    travel: Travel,
    pub(super) eligibility: Eligibility,
    /// Away while a model has them.
    tables: Option<RouteTables>,
    territories: Territories,
    pub(super) vacancy: Vacancy,
    /// How many words the day itself has of each kind.
    words: [usize; 5],
}

impl Trial {
    pub(super) fn of(ground: &Ground, tables: RouteTables, vacancy: Vacancy) -> Self {
        let problem = (*ground.problem).clone();
        let names = &problem.names;
        let words =
            [&names.skills, &names.endorsements, &names.tools, &names.features, &names.skus].map(Vec::len);
        Self {
            travel: (*ground.travel).clone(),
            eligibility: (*ground.eligibility).clone(),
            tables: Some(tables),
            territories: Territories::build(&problem),
            vacancy,
            words,
            problem,
        }
    }

    /// Takes the caller's visit in. O(places) where its place is new.
    ///
    /// # Errors
    /// Another number of visits than one, a visit that is not solved yet, and a place that cannot be reached.
    pub(super) fn seat(&mut self, call: &Call) -> Result<(), EngineError> {
        let unsupported = |field: &str| Err(EngineError::Unsupported { field: field.to_owned() });
        let [visit] = call.visits.as_slice() else { return unsupported("other than one visit of a call") };
        if !call.permits.is_empty() {
            return unsupported("permits that the day does not know");
        }
        refuse_unsolved_visit(visit)?;
        let mut visit = visit.clone();
        if let Some(new) = visit.place.index().checked_sub(self.vacancy.places) {
            let place = &call.places[new];
            let cannot = || TravelError::MatrixCannotGrow { place: place.label.clone() };
            let id = self.vacancy.place.ok_or_else(cannot)?;
            self.travel.move_place(id, place)?;
            self.problem.places[id.index()] = place.clone();
            visit.place = id;
        } else {
            refuse_unreachable(&self.problem, std::iter::once(visit.place))?;
        }
        visit.work_order = WorkOrderId::new(self.problem.work_orders.len() - 1);
        // Whether it is worth its price is for the caller to say.
        visit.unserved = Unserved::Mandatory;
        visit.promise = None;
        self.problem.visits[self.vacancy.visit.index()] = visit;
        self.learn_names(call);
        Ok(())
    }

    /// The words of the caller before go.
    fn learn_names(&mut self, call: &Call) {
        let names = &mut self.problem.names;
        let lists = [
            (&mut names.skills, &call.names.skills),
            (&mut names.endorsements, &call.names.endorsements),
            (&mut names.tools, &call.names.tools),
            (&mut names.features, &call.names.features),
            (&mut names.skus, &call.names.skus),
        ];
        for ((known, new), own) in lists.into_iter().zip(self.words) {
            known.truncate(own);
            known.extend(new.iter().cloned());
        }
    }

    /// Leaves the visit these starts, and judges it anew. O(shifts × rules).
    pub(super) fn open_in(&mut self, windows: Vec<TimeWindow>) {
        let visit = self.vacancy.visit;
        self.problem.visits[visit.index()].windows = windows;
        let noun = self.problem.visit(visit);
        let at = || self.territories.jurisdiction_at(self.problem.place(noun.place).point?);
        let jurisdiction = noun.jurisdiction.or_else(at);
        self.eligibility.rejudge(&self.problem, visit, jurisdiction);
        let narrowed = |shift: &ShiftId| self.eligibility.narrows(*shift, visit);
        let limits = self.eligibility.shifts_of(visit).iter().copied().filter(narrowed).map(|shift| {
            StartLimit { shift, visit, windows: self.eligibility.start_windows(shift, visit).to_vec() }
        });
        let limits: Vec<StartLimit> = limits.collect();
        let tables = self.tables.as_mut().expect("the tables are here between two questions");
        tables.exchange(&self.problem, visit, &limits);
    }

    /// Asks with the arithmetic of the day.
    pub(super) fn ask<T>(&mut self, question: impl FnOnce(&mut RouteModel<'_>, &Eligibility) -> T) -> T {
        let tables = self.tables.take().expect("the tables are here between two questions");
        let mut model = RouteModel::lent(&self.problem, &self.travel, tables);
        let answer = question(&mut model, &self.eligibility);
        self.tables = Some(model.into_tables());
        answer
    }
}
