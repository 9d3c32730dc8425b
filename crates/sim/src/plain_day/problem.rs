//! The bridge between plain days and the product's own problems and plans, and what a plan costs by the plain law.

use std::collections::BTreeSet;

use journeyman_domain::{
    Cost, CostPerDistance, CostPerTime, Distance, Duration, MatrixSpec, PlaceId, Plan, Problem, Requirement,
    Shift, ShiftCard, ShiftRates, SkillId, SkillLevel, StopKind, TechnicianId, Time, TimeWindow, Unserved,
    Van, WorkOrderId,
};
use serde::Serialize;

use super::{MICROS_PER_UNIT, PlainDay};
use crate::benchmark::{FREE, NO_DAY, bare_problem};

/// Who serves what in which order, as indices of the day's lists.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlainRoute {
    /// Index of the technician.
    pub technician: usize,
    /// Indices of the visits.
    pub visits: Vec<usize>,
}

/// The same by labels, as answers are written.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct NamedRoute<'a> {
    /// Label of the technician.
    pub technician: &'a str,
    /// Labels of the visits.
    pub visits: Vec<&'a str>,
}

impl PlainDay {
    /// The day as a problem: shift `i` is technician `i`'s, visit `i` is visit `i`. Every visit is optional at its
    /// penalty; a unit is [`MICROS_PER_UNIT`].
    pub fn problem(&self) -> Problem {
        let ends = self.technicians.iter().map(|person| person.shift[1]);
        let last = ends.chain(self.visits.iter().map(|visit| visit.window[1])).max().unwrap_or(0);
        let mut problem = bare_problem(self.seconds.len(), time(last), 1, self.matrix());
        let names = self.skill_names();
        problem.names.skills = names.iter().map(|name| (*name).to_owned()).collect();
        for (index, person) in self.technicians.iter().enumerate() {
            problem.technicians.push(journeyman_domain::Technician {
                label: person.label.clone(),
                name: person.label.clone(),
                licenses: Vec::new(),
                skills: levels(&names, &person.skills),
                van: Van::default(),
            });
            problem.shifts.push(self.shift(index));
        }
        for (index, visit) in self.visits.iter().enumerate() {
            let bare = journeyman_domain::Visit::bare(
                visit.label.clone(),
                WorkOrderId::new(index),
                PlaceId::new(visit.place),
                vec![window(visit.window)],
            );
            problem.visits.push(journeyman_domain::Visit {
                duration: Duration::from_ticks(visit.service.into()),
                requirement: Requirement { skills: levels(&names, &visit.skills), ..Requirement::default() },
                unserved: Unserved::Penalty(Cost::from_micros(micros(visit.penalty))),
                ..bare
            });
            problem.work_orders.push(visit.label.clone());
        }
        problem
    }

    /// The routes of a plan.
    pub fn routes(&self, plan: &Plan) -> Vec<PlainRoute> {
        let visit = |kind| match kind {
            StopKind::Visit(visit) => Some(visit.index()),
            StopKind::Pickup(_) | StopKind::Break(_) => None,
        };
        let route = |route: &journeyman_domain::PlannedRoute| PlainRoute {
            technician: route.shift.index(),
            visits: route.stops.iter().filter_map(|stop| visit(stop.kind)).collect(),
        };
        plan.routes.iter().map(route).collect()
    }

    /// Routes by labels.
    pub fn named(&self, routes: &[PlainRoute]) -> Vec<NamedRoute<'_>> {
        let named = |route: &PlainRoute| NamedRoute {
            technician: &self.technicians[route.technician].label,
            visits: route.visits.iter().map(|&visit| self.visits[visit].label.as_str()).collect(),
        };
        routes.iter().map(named).collect()
    }

    /// What feasible routes cost, in units: driving from start to end of each route with a visit, and what none serves.
    pub fn cost(&self, routes: &[PlainRoute]) -> u64 {
        let driving = routes.iter().filter(|route| !route.visits.is_empty()).flat_map(|route| {
            let person = &self.technicians[route.technician];
            let places = || route.visits.iter().map(|&visit| self.visits[visit].place);
            let from = std::iter::once(person.start).chain(places());
            from.zip(places().chain(std::iter::once(person.end)))
        });
        let served: BTreeSet<usize> = routes.iter().flat_map(|route| route.visits.iter().copied()).collect();
        let left_out = self.visits.iter().enumerate().filter(|(index, _)| !served.contains(index));
        driving.map(|(from, to)| self.leg_cost(from, to)).sum::<u64>()
            + left_out.map(|(_, visit)| visit.penalty).sum::<u64>()
    }

    fn leg_cost(&self, from: usize, to: usize) -> u64 {
        u64::from(self.prices.second) * u64::from(self.seconds[from][to])
            + u64::from(self.prices.meter) * u64::from(self.meters[from][to])
    }

    fn shift(&self, index: usize) -> Shift {
        let person = &self.technicians[index];
        let window = window(person.shift);
        Shift {
            label: person.label.clone(),
            technician: TechnicianId::new(index),
            day: NO_DAY,
            start_place: PlaceId::new(person.start),
            end_place: PlaceId::new(person.end),
            window,
            soft_end: window.end,
            breaks: Vec::new(),
            visits_max: None,
            rates: ShiftRates {
                time: CostPerTime::from_micros(micros(self.prices.second.into())),
                distance: CostPerDistance::from_micros(micros(self.prices.meter.into())),
                ..FREE
            },
            out: false,
            card: ShiftCard::default(),
            frozen: None,
        }
    }

    fn matrix(&self) -> MatrixSpec {
        let flat = |rows: &[Vec<u32>]| rows.iter().flatten().map(|&leg| i64::from(leg)).collect::<Vec<i64>>();
        MatrixSpec {
            places: (0..self.seconds.len()).map(PlaceId::new).collect(),
            durations: flat(&self.seconds).into_iter().map(Duration::from_ticks).collect(),
            distances: flat(&self.meters).into_iter().map(Distance::from_ticks).collect(),
            rounding_ticks: 0,
        }
    }

    /// Every skill that somebody has or needs, sorted.
    fn skill_names(&self) -> Vec<&str> {
        let had = self.technicians.iter().flat_map(|person| &person.skills);
        let needed = self.visits.iter().flat_map(|visit| &visit.skills);
        let all: BTreeSet<&str> = had.chain(needed).map(String::as_str).collect();
        all.into_iter().collect()
    }
}

/// Skills at level 1; `names` are sorted, as are the skills, so the ids are too.
fn levels(names: &[&str], skills: &BTreeSet<String>) -> Vec<SkillLevel> {
    let id = |skill: &String| names.binary_search(&skill.as_str()).expect("every skill is in the list");
    skills.iter().map(|skill| SkillLevel { skill: SkillId::new(id(skill)), level: 1 }).collect()
}

fn time(seconds: u32) -> Time {
    Time::from_ticks(seconds.into())
}

fn window([start, end]: [u32; 2]) -> TimeWindow {
    TimeWindow { start: time(start), end: time(end) }
}

fn micros(units: u64) -> i64 {
    i64::try_from(units).expect("prices and penalties are limited far below 2^63") * MICROS_PER_UNIT
}

#[cfg(test)]
mod tests {
    use journeyman_engine::{Control, SolveOptions};

    use super::*;
    use crate::town::Town;

    fn solved(day: &PlainDay, iterations: u64) -> Plan {
        let options = SolveOptions {
            time_limit: None,
            iterations_max: Some(iterations),
            threads: 1,
            ..SolveOptions::default()
        };
        let answer =
            journeyman_engine::solve(&day.problem(), &options, &Control::default(), false, &mut |_| ());
        answer.expect("a plain day has a plan").plan
    }

    /// Whether the routes keep the plain law, by the words of it.
    fn is_feasible(day: &PlainDay, routes: &[PlainRoute]) -> bool {
        let mut served = BTreeSet::new();
        let mut out = BTreeSet::new();
        routes.iter().all(|route| {
            let person = &day.technicians[route.technician];
            let (mut place, mut clock) = (person.start, person.shift[0]);
            let in_time = route.visits.iter().all(|&index| {
                let visit = &day.visits[index];
                let begin = (clock + day.seconds[place][visit.place]).max(visit.window[0]);
                (place, clock) = (visit.place, begin + visit.service);
                begin <= visit.window[1] && visit.skills.is_subset(&person.skills) && served.insert(index)
            });
            in_time
                && out.insert(route.technician)
                && clock + day.seconds[place][person.end] <= person.shift[1]
        })
    }

    #[test]
    fn the_products_plan_costs_the_same_by_the_plain_law() {
        let mut left_out = 0;
        // Few people for the work in some, so that penalties count too.
        for (technicians, visits, seed) in [(4, 16, 1), (2, 20, 2), (5, 20, 3), (1, 9, 4), (3, 0, 5)] {
            let day = PlainDay::drawn(technicians, visits, seed, Town::StGeorge).expect("small");
            let plan = solved(&day, 300);
            let routes = day.routes(&plan);
            assert!(is_feasible(&day, &routes), "{}: {routes:?}", day.name());
            assert_eq!(plan.cost.total().micros(), micros(day.cost(&routes)), "{}: {routes:?}", day.name());
            assert_eq!(plan.mandatory_unserved, 0);
            left_out += visits - routes.iter().map(|route| route.visits.len()).sum::<usize>();
        }
        assert!(left_out > 0, "some visit is left out");
    }

    #[test]
    fn a_route_ends_where_its_technician_does_and_an_idle_one_costs_nothing() {
        let text = r#"{
            "name": "ends", "prices": { "second": 3, "meter": 1 },
            "technicians": [
                { "label": "t", "start": 0, "end": 1, "shift": [0, 1000], "skills": ["a", "b"] },
                { "label": "idle", "start": 2, "end": 0, "shift": [0, 1000], "skills": [] }],
            "visits": [
                { "label": "v", "place": 2, "window": [50, 60], "service": 30, "skills": ["b"], "penalty": 9000 },
                { "label": "nobody's", "place": 2, "window": [0, 900], "service": 1, "skills": ["c"], "penalty": 77 }],
            "seconds": [[0, 5, 10], [5, 0, 20], [11, 21, 0]],
            "meters": [[0, 100, 200], [100, 0, 300], [210, 310, 0]]
        }"#;
        let day = PlainDay::read(text).expect("whole");
        let plan = solved(&day, 20);
        let routes = day.routes(&plan);
        let worked: Vec<NamedRoute<'_>> =
            day.named(&routes).into_iter().filter(|route| !route.visits.is_empty()).collect();
        assert_eq!(worked, [NamedRoute { technician: "t", visits: vec!["v"] }]);
        // 10 s and 200 m there, 21 s and 310 m to the end, and one left out.
        assert_eq!(day.cost(&routes), 3 * 31 + 510 + 77);
        assert_eq!(plan.cost.total().micros(), 100 * (3 * 31 + 510 + 77));
    }
}
