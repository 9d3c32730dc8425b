//! Problems in the middle of their day: a plan under way, frozen at a moment.

use journeyman_domain::{BaselineRoute, BaselineStop, Plan, Problem, Stop, StopKind, Time};

/// The problem with `plan` as its baseline and everything before `at` frozen.
///
/// # Panics
/// Never for a plan of this problem: all its stops have starts.
pub fn frozen_at(problem: &Problem, plan: &Plan, at: Time) -> Problem {
    let mut frozen = problem.clone();
    frozen.baseline = plan
        .routes
        .iter()
        .map(|route| BaselineRoute {
            shift: route.shift,
            departure: Some(route.departure),
            stops: route.stops.iter().filter_map(baseline_stop).collect(),
        })
        .collect();
    frozen.freeze_time = Some(at);
    frozen.freeze().expect("every stop of a plan has a start");
    frozen
}

/// Breaks are not part of a baseline: they are placed anew.
fn baseline_stop(stop: &journeyman_domain::PlannedStop) -> Option<BaselineStop> {
    let kind = match stop.kind {
        StopKind::Visit(id) => Stop::Visit(id),
        StopKind::Pickup(id) => Stop::Pickup(id),
        StopKind::Break(_) => return None,
    };
    let told = stop.window.map(|told| told.window);
    Some(BaselineStop { stop: kind, leave_for: Some(stop.leg.departure), start: Some(stop.start), told })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::brute::best_plan;
    use crate::{ProblemBuilder, Shape, assert_valid, cases, random_problem};
    use journeyman_domain::Duration;
    use journeyman_travel::Travel;

    #[test]
    fn a_plan_under_way_can_be_continued_and_keeps_what_was_done() {
        let shape = Shape { visits: 2..=5, ..Shape::default() };
        let (mut kept, mut free_visits) = (0, 0);
        for seed in 0..cases(80) as u64 {
            let problem = random_problem(seed, &shape);
            let travel = Travel::build(&problem).expect("a valid problem");
            let plan = best_plan(&problem, &travel);
            let at = Time::ZERO + Duration::from_ticks(i64::try_from(seed % 7).expect("small") * 80);
            let later = frozen_at(&problem, &plan, at);
            assert_valid(&later);
            let again = best_plan(&later, &travel);
            for shift in later.shift_ids() {
                let Some(frozen) = &later.shift(shift).frozen else { continue };
                let route = again.routes.iter().find(|route| route.shift == shift);
                let route = route.expect("what was planned can be kept");
                kept += 1;
                assert_eq!(route.departure, frozen.departure, "seed {seed}");
                free_visits += route.stops.len().saturating_sub(frozen.stops.len());
            }
        }
        assert!(kept > 20 && free_visits > 10, "{kept} routes kept, {free_visits} visits after them");
    }

    #[test]
    fn who_is_idle_at_the_freeze_has_taken_the_breaks_whose_time_has_passed() {
        let mut day = ProblemBuilder::new();
        day.technician("ana");
        day.shift("ana", 0, 500).pause(100, 199, 30).pause(150, 200, 30);
        day.visit("a", (10, 0));
        let problem = day.build();
        let travel = Travel::build(&problem).expect("a valid problem");
        let mut idle = best_plan(&problem, &travel);
        idle.routes.clear();
        let later = frozen_at(&problem, &idle, Time::from_ticks(200));
        let left: Vec<&str> = later.shifts[0].breaks.iter().map(|pause| pause.label.as_str()).collect();
        assert_eq!(left, ["break 2"]);
        let routes = best_plan(&later, &travel).routes;
        assert_eq!((routes.len(), routes[0].departure.ticks() >= 200), (1, true));
    }
}
