//! Plans say the truth: costs, times, licenses, and why visits are left out, against brute force.

mod solved;

use journeyman_domain::{
    Awaiting, Certainty, Cost, CostTerm, Duration, Frozen, LicenseClass, OutbidBasis, Permit, PermitState,
    Plan, Refusal, Score, ShiftId, Stop, StopKind, Time, Unserved, VisitId,
};
use journeyman_plan::{assemble, difference, metrics, refusal_line, unassigned_line};
use journeyman_route::{Inventory, Route, RouteModel};
use journeyman_testkit::{ProblemBuilder, Shape, brute, cases, random_problem};
use journeyman_travel::visit_jurisdictions;
use solved::{Day, trivial};

/// Calls `look` with random days and a plan that serves about two thirds of what it could.
fn for_random_plans(count: usize, shape: &Shape, mut look: impl FnMut(u64, &Day, &Plan)) {
    for seed in 0..count as u64 {
        let day = Day::of(random_problem(seed, shape));
        let mut turn = seed;
        let plan = day.plan(|_| {
            turn += 1;
            !turn.is_multiple_of(3)
        });
        look(seed, &day, &plan);
    }
}

#[test]
fn costs_by_term_are_those_of_the_definition_and_add_up_with_the_penalties() {
    let mut routes = 0;
    for_random_plans(cases(600), &Shape::default(), |seed, day, plan| {
        let mut unserved = Cost::ZERO;
        let mut mandatory = 0;
        for left_out in &plan.unassigned {
            unserved += day.problem.visit(left_out.visit).penalty();
            mandatory += u32::from(day.problem.visit(left_out.visit).is_mandatory());
        }
        let mut total = unserved;
        for route in &plan.routes {
            assert_eq!(route.cost, brute::price(&day.problem, route), "seed {seed}");
            total += route.total();
            routes += 1;
        }
        let score = Score { mandatory_unserved: mandatory, cost: total };
        assert_eq!((plan.score(), plan.cost.get(CostTerm::Unserved)), (score, unserved), "seed {seed}");
    });
    assert!(routes > 0);
}

#[test]
fn times_places_and_proofs_of_a_route_fit_together() {
    let (mut licensed, mut breaks, mut held) = (0, 0, 0);
    for_random_plans(cases(600), &Shape::default(), |seed, day, plan| {
        let problem = &day.problem;
        let jurisdictions = visit_jurisdictions(problem);
        for route in &plan.routes {
            let shift = problem.shift(route.shift);
            let (mut place, mut left) = (shift.start_place, route.departure);
            for stop in &route.stops {
                let at = match stop.kind {
                    StopKind::Break(index) => {
                        assert!(shift.breaks[index].start.contains(stop.start), "seed {seed}");
                        assert_eq!((stop.leg.duration, stop.window), (Duration::ZERO, None), "seed {seed}");
                        breaks += 1;
                        continue;
                    }
                    StopKind::Pickup(pickup) => problem.pickup(pickup).place,
                    StopKind::Visit(visit) => {
                        assert!(brute::may_start(problem, &jurisdictions, route.shift, visit, stop.start));
                        let lawful =
                            brute::license_at(problem, &jurisdictions, shift.technician, visit, stop.start);
                        assert_eq!(stop.license.is_some(), lawful.is_some(), "seed {seed}");
                        licensed += usize::from(lawful.is_some());
                        held += usize::from(stop.held);
                        assert!(stop.window.is_some(), "seed {seed}");
                        problem.visit(visit).place
                    }
                };
                assert!(stop.leg.departure >= left, "seed {seed}: leaves before it may");
                let driving = day.travel.duration_at(place, at, stop.leg.departure);
                assert_eq!((stop.leg.duration, stop.arrival), (driving, stop.leg.departure + driving));
                assert_eq!(stop.leg.distance, day.travel.leg(place, at).distance, "seed {seed}");
                assert!(stop.arrival <= stop.start && stop.start <= stop.end, "seed {seed}");
                (place, left) = (at, stop.end);
            }
            assert_eq!(route.return_time, route.last_leg.departure + route.last_leg.duration, "seed {seed}");
            assert!(route.last_leg.departure >= left && shift.window.contains(route.return_time));
        }
    });
    assert!(licensed > 0 && breaks > 0 && held > 0, "{licensed} {breaks} {held}");
}

#[test]
fn every_visit_is_served_once_or_left_out_with_one_word_from_each_shift() {
    for_random_plans(cases(600), &Shape::default(), |seed, day, plan| {
        let mut seen: Vec<VisitId> = plan.unassigned.iter().map(|left_out| left_out.visit).collect();
        for route in &plan.routes {
            seen.extend(route.stops.iter().filter_map(|stop| match stop.kind {
                StopKind::Visit(visit) => Some(visit),
                _ => None,
            }));
        }
        seen.sort_unstable();
        assert_eq!(seen, day.problem.visit_ids().collect::<Vec<_>>(), "seed {seed}");
        for left_out in &plan.unassigned {
            let shifts: Vec<ShiftId> = left_out.refusals.iter().map(Refusal::shift).collect();
            assert_eq!(shifts, day.problem.shift_ids().collect::<Vec<_>>(), "seed {seed}");
            assert!(!unassigned_line(&day.problem, left_out).is_empty());
            for refusal in &left_out.refusals {
                let technician = day.problem.technician_of(refusal.shift());
                assert!(refusal_line(&day.problem, left_out.visit, refusal).starts_with(&technician.name));
            }
        }
    });
}

/// The sequences that come from putting `visit` into `stops`; with one pickup more where it needs one. (On a matrix
/// with shortcuts a pickup that nothing needs may be a cheaper way; no search takes it.)
fn with_visit(model: &RouteModel<'_>, shift: ShiftId, stops: &[Stop], visit: VisitId) -> Vec<Vec<Stop>> {
    let mut all = Vec::new();
    for at in 0..=stops.len() {
        let mut with = stops.to_vec();
        with.insert(at, Stop::Visit(visit));
        if Inventory::of(model, shift, &with).is_some() {
            all.push(with);
            continue;
        }
        for pickup in model.problem().pickup_ids() {
            for before in 0..=at {
                let mut more = with.clone();
                more.insert(before, Stop::Pickup(pickup));
                all.push(more);
            }
        }
    }
    all
}

/// The least cost of a sequence that the law and the van allow.
fn brute_cost(model: &RouteModel<'_>, shift: ShiftId, stops: &[Stop]) -> Option<Cost> {
    Inventory::of(model, shift, stops)?;
    let route = brute::best_schedule(model.problem(), model.travel(), shift, stops)?;
    Some(route.total())
}

#[test]
fn what_a_shift_says_is_what_brute_force_finds() {
    let (mut priced, mut full, mut no_time) = (0, 0, 0);
    // Shared stocks are a matter of all routes; they have their own test.
    let shape = Shape { parts: false, visits: 1..=5, ..Shape::default() };
    for_random_plans(cases(150), &shape, |seed, day, plan| {
        let model = day.model();
        for left_out in &plan.unassigned {
            for refusal in &left_out.refusals {
                let (shift, visit) = (refusal.shift(), left_out.visit);
                let stops: Vec<Stop> = plan
                    .routes
                    .iter()
                    .find(|route| route.shift == shift)
                    .map_or_else(Vec::new, |route| route.stops.iter().filter_map(stop_of).collect());
                let least = |stops: &[Stop]| {
                    let longer = with_visit(&model, shift, stops, visit);
                    longer.iter().filter_map(|stops| brute_cost(&model, shift, stops)).min()
                };
                let before =
                    if stops.is_empty() { Some(Cost::ZERO) } else { brute_cost(&model, shift, &stops) };
                let now = before.expect("the plan's route is feasible");
                match *refusal {
                    Refusal::Ineligible(..) => assert!(!day.eligibility.allows(shift, visit)),
                    Refusal::Priced(_, price) => {
                        assert_eq!(Some(now + price), least(&stops), "seed {seed}, {refusal:?}");
                        priced += 1;
                    }
                    Refusal::Full(_) => {
                        assert_eq!((least(&stops), least(&[]).is_some()), (None, true), "seed {seed}");
                        full += 1;
                    }
                    Refusal::NoTime(_) => {
                        assert_eq!((least(&stops), least(&[])), (None, None), "seed {seed}, {refusal:?}");
                        no_time += 1;
                    }
                }
            }
        }
    });
    assert!(priced > 0 && full > 0 && no_time > 0, "{priced} {full} {no_time}");
}

fn stop_of(stop: &journeyman_domain::PlannedStop) -> Option<Stop> {
    match stop.kind {
        StopKind::Visit(visit) => Some(Stop::Visit(visit)),
        StopKind::Pickup(pickup) => Some(Stop::Pickup(pickup)),
        StopKind::Break(_) => None,
    }
}

#[test]
fn what_is_proved_impossible_is_in_no_plan_at_all() {
    let (mut proved, mut possible) = (0, 0);
    // Without pins and mandatory visits the visit in question can be made the only one that counts.
    let shape = Shape { pins: false, mandatory: false, visits: 1..=5, shifts: 1..=2, ..Shape::default() };
    for_random_plans(cases(250), &shape, |seed, day, _| {
        let model = day.model();
        let nothing: Vec<Route> = Vec::new();
        let plan = assemble(&model, &day.eligibility, &nothing, trivial());
        for left_out in &plan.unassigned {
            let impossible = match left_out.certainty {
                Certainty::ProvedIneligible | Certainty::ProvedInfeasible | Certainty::Awaiting(_) => true,
                Certainty::Outbid { .. } | Certainty::NotFoundInTime => false,
            };
            if !impossible {
                possible += 1;
                continue;
            }
            let mut alone = day.problem.clone();
            for visit in &mut alone.visits {
                visit.unserved = Unserved::Penalty(Cost::ZERO);
            }
            alone.visits[left_out.visit.index()].unserved = Unserved::Mandatory;
            let best = brute::best_plan(&alone, &day.travel);
            assert_eq!(best.mandatory_unserved, 1, "seed {seed}, {left_out:?}");
            proved += usize::from(left_out.certainty == Certainty::ProvedInfeasible);
        }
    });
    assert!(proved > 0 && possible > 0, "{proved} {possible}");
}

#[test]
fn a_visit_is_outbid_only_when_serving_it_costs_at_least_its_penalty() {
    let mut outbid = 0;
    for_random_plans(cases(600), &Shape::default(), |seed, day, plan| {
        for left_out in &plan.unassigned {
            let noun = day.problem.visit(left_out.visit);
            let cheapest = left_out.refusals.iter().filter_map(|refusal| match *refusal {
                Refusal::Priced(_, price) => Some(price - noun.penalty()),
                _ => None,
            });
            match (left_out.certainty, cheapest.min()) {
                (Certainty::Outbid { price, .. }, cheapest) => {
                    assert_eq!(Some(price), cheapest, "seed {seed}");
                    assert!(price >= Cost::ZERO && !noun.is_mandatory(), "seed {seed}");
                    outbid += 1;
                }
                (Certainty::NotFoundInTime, Some(cheapest)) => {
                    assert!(noun.is_mandatory() || cheapest < Cost::ZERO, "seed {seed}");
                }
                (Certainty::NotFoundInTime, None) => {}
                (_, cheapest) => assert_eq!(cheapest, None, "seed {seed}: {left_out:?}"),
            }
        }
    });
    assert!(outbid > 0);
}

#[test]
fn metrics_add_up() {
    for_random_plans(cases(600), &Shape::default(), |seed, day, plan| {
        let sum = metrics(&day.problem, plan);
        let span: Duration = plan.routes.iter().map(|route| route.return_time - route.departure).sum();
        assert_eq!(sum.driving + sum.service + sum.breaks + sum.waiting, span, "seed {seed}");
        assert_eq!(sum.visits_planned + sum.visits_unassigned, day.problem.visits.len(), "seed {seed}");
        assert!(sum.waiting >= Duration::ZERO && sum.visits_on_time <= sum.visits_planned, "seed {seed}");
    });
}

/// Two technicians five apart, three visits; `b` needs a master, whom nobody is.
fn small_day() -> ProblemBuilder {
    let mut day = ProblemBuilder::new();
    day.technician("ana").license(LicenseClass::Journeyman, "state");
    day.technician("ben");
    day.shift("ana", 0, 200);
    day.shift("ben", 0, 200);
    day.visit("a", (10, 0)).window(50, 60).soft_end(50, 1_000_000).promise(40, 55).promise_technician("ben");
    day.visit("b", (0, 10)).in_jurisdiction("state").needs(LicenseClass::Master);
    day.visit("c", (190, 0)).window(0, 100);
    day
}

fn certainties(plan: &Plan) -> Vec<Certainty> {
    plan.unassigned.iter().map(|left_out| left_out.certainty).collect()
}

#[test]
fn each_certainty_has_its_case() {
    let mut day = small_day();
    day.visit("d", (10, 10)).penalty(5);
    day.visit("e", (10, 10)).penalty(100);
    let filed = PermitState::Filed { expected: None };
    let kind = String::new();
    day.problem_mut().permits.push(Permit {
        label: "P-1".to_owned(),
        kind,
        jurisdiction: None,
        state: filed,
    });
    day.visit("f", (1, 1)).permit("P-1");
    day.visit("g", (1, 1)).mandatory();
    let day = Day::of(day.build());
    let plan = day.plan(|visit| visit.index() == 0);
    let waits = Awaiting::Permit(journeyman_domain::PermitId::new(0));
    assert_eq!(
        certainties(&plan),
        [
            Certainty::ProvedIneligible,
            Certainty::ProvedInfeasible,
            // Ben drives there and back for $40, or ana on her way for $20 more: less 5 is 15.
            Certainty::Outbid { price: Cost::from_micros(15_000_000), basis: OutbidBasis::Insertion },
            Certainty::NotFoundInTime,
            Certainty::Awaiting(waits),
            Certainty::NotFoundInTime,
        ]
    );
    assert_eq!(plan.mandatory_unserved, 1);
    let lines: Vec<String> =
        plan.unassigned.iter().map(|left_out| unassigned_line(&day.problem, left_out)).collect();
    assert_eq!(lines[2], "serving it would cost $15.00 more than leaving it out");
    assert_eq!(lines[4], "permit P-1 is filed, and not issued");
    assert_eq!(lines[5], "mandatory, and no room was found for it in time");
    assert!(lines[0].starts_with("no technician may do it; 1 of 2 shifts: "), "{}", lines[0]);
}

#[test]
fn on_a_matrix_with_shortcuts_nothing_is_claimed_that_a_detour_could_serve() {
    for (shortcut, expected) in [(15, Certainty::NotFoundInTime), (45, Certainty::ProvedInfeasible)] {
        let mut day = ProblemBuilder::new();
        day.technician("ana");
        day.shift("ana", 0, 200);
        day.leg((0, 0), (90, 0), 90, 90).leg((0, 0), (0, 20), shortcut, 20).leg((0, 20), (90, 0), 20, 90);
        day.visit("far", (90, 0)).window(0, 50);
        day.visit("near", (0, 20));
        let day = Day::of(day.build());
        assert_eq!(certainties(&day.plan(|_| false))[0], expected, "{shortcut}");
    }
}

#[test]
fn a_break_that_only_other_stops_have_room_for_is_no_proof() {
    // Alone, the break between 30 and 35 falls into the drive of 60; taken at `half`, both fit.
    let mut day = ProblemBuilder::new();
    day.technician("ana");
    day.shift("ana", 0, 300).pause(30, 35, 10);
    day.visit("far", (60, 0)).window(0, 75).duration(1);
    day.visit("half", (30, 0)).duration(1);
    let day = Day::of(day.build());
    let plan = day.plan(|_| false);
    assert_eq!(plan.unassigned[0].refusals, [Refusal::NoTime(ShiftId::new(0))]);
    assert_eq!(plan.unassigned[0].certainty, Certainty::NotFoundInTime);
    let both = day.plan(|visit| visit.index() == 1);
    assert!(matches!(both.unassigned[0].refusals[..], [Refusal::Priced(..)]));
}

#[test]
fn what_is_frozen_counts_in_a_proof() {
    let mut day = ProblemBuilder::new();
    day.technician("ana");
    day.shift("ana", 0, 200);
    day.visit("done", (50, 0)).pin_shift("ana/1").pin_start(60);
    day.visit("back", (0, 0)).window(0, 110);
    day.visit("on", (60, 0)).window(0, 110);
    let mut problem = day.build();
    problem.shifts[0].frozen = Some(Frozen {
        departure: Time::ZERO,
        stops: vec![Stop::Visit(VisitId::new(0))],
        until: Time::from_ticks(70),
    });
    let plan = Day::of(problem).plan(|_| false);
    assert_eq!(certainties(&plan), [Certainty::ProvedInfeasible, Certainty::NotFoundInTime]);
}

#[test]
fn a_shift_whose_direct_way_is_too_long_can_still_serve_a_visit() {
    // From start to end takes 300 by the matrix, over the visit 20.
    let mut day = ProblemBuilder::new();
    day.technician("ana");
    day.shift("ana", 0, 200).to((20, 0));
    day.leg((0, 0), (20, 0), 300, 300);
    day.visit("a", (10, 0)).mandatory();
    let plan = Day::of(day.build()).plan(|_| false);
    assert_eq!(certainties(&plan), [Certainty::NotFoundInTime]);
    assert_eq!(
        plan.unassigned[0].refusals,
        [Refusal::Priced(ShiftId::new(0), Cost::from_micros(20_000_000))]
    );
}

#[test]
fn what_moved_between_two_plans_is_listed() {
    let mut day = small_day();
    day.visit("d", (20, 0)).window(100, 110);
    let day = Day::of(day.build());
    let (before, after) = (day.plan(|visit| visit.index() == 0), day.plan(|visit| visit.index() == 3));
    let changes = difference(&before, &after);
    let served = |slot: Option<journeyman_plan::Slot>| slot.map(|slot| slot.start.ticks());
    let rows: Vec<_> = changes.iter().map(|c| (c.visit.index(), served(c.before), served(c.after))).collect();
    assert_eq!(rows, [(0, Some(50), None), (3, None, Some(100))]);
    assert_eq!(difference(&before, &before), []);
}

#[test]
fn promises_and_lateness_show_in_the_metrics() {
    let day = Day::of(small_day().build());
    let plan = day.plan(|visit| visit.index() == 0);
    let sum = metrics(&day.problem, &plan);
    assert_eq!((sum.visits_planned, sum.shifts_used, sum.promises_moved), (1, 1, 0));
    // Ben is the promised one, and arrives at the opening.
    assert_eq!((sum.technicians_swapped, sum.lateness, sum.visits_on_time), (0, Duration::ZERO, 1));
    assert_eq!((sum.driving.ticks(), sum.distance.ticks(), sum.service.ticks()), (20, 20, 10));
    assert_eq!(sum.utilization_permille(), Some(30 * 1_000 / 400));
    assert_eq!(sum.on_time_permille(), Some(1_000));
}

/// What the first shift says to the first visit left out, and how sure the plan is.
fn said(day: ProblemBuilder) -> (String, Certainty) {
    let day = Day::of(day.build());
    let left_out = &day.plan(|_| false).unassigned[0];
    (refusal_line(&day.problem, left_out.visit, &left_out.refusals[0]), left_out.certainty)
}

#[test]
fn a_visit_longer_than_the_shift_is_refused_for_its_length() {
    let mut day = ProblemBuilder::new();
    day.technician("ana");
    day.shift("ana", 0, 200);
    day.visit("long", (0, 0)).duration(201);
    let (words, certainty) = said(day);
    assert_eq!(words, "ana (ana/1): the visit takes longer than the shift");
    assert_eq!(certainty, Certainty::ProvedInfeasible);
}

#[test]
fn a_permit_that_expires_before_the_first_arrival_leaves_no_time() {
    let mut day = ProblemBuilder::new();
    day.technician("ana");
    day.shift("ana", 0, 200);
    let (from, until) = (Time::MIN, Time::from_ticks(20));
    day.permit("P-1", PermitState::Issued { from, until });
    day.visit("late", (40, 0)).permit("P-1");
    let (words, certainty) = said(day);
    assert_eq!(words, "ana (ana/1): there is no time in the shift at which it could be served");
    assert_eq!(certainty, Certainty::ProvedInfeasible);
}

#[test]
fn an_empty_shift_whose_parts_others_take_does_not_speak_of_its_route_alone() {
    let mut day = ProblemBuilder::new();
    for name in ["ana", "ben"] {
        day.technician(name);
        day.shift(name, 0, 500);
    }
    day.pickup("shelf", (5, 0)).stocks("wire", 1);
    day.visit("first", (10, 0)).part("wire", 1);
    day.visit("second", (10, 0)).part("wire", 1);
    let day = Day::of(day.build());
    let plan = day.plan(|visit| visit.index() == 0);
    let empty = plan.unassigned[0]
        .refusals
        .iter()
        .find(|refusal| refusal.shift() != plan.routes[0].shift)
        .expect("two shifts");
    assert!(matches!(empty, Refusal::Full(_)), "{empty:?}");
    let words = refusal_line(&day.problem, plan.unassigned[0].visit, empty);
    assert!(words.ends_with("leaves no room, or other shifts take the parts"), "{words}");
}
