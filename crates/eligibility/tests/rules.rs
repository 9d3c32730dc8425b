//! Each rule by itself: the smallest day that shows it, and the words for it.

use journeyman_domain::LicenseClass::{Apprentice, Journeyman, Master};
use journeyman_domain::{
    Awaiting, Frozen, Ineligibility, PermitState, Problem, ShiftId, Stop, Time, VisitId,
};
use journeyman_eligibility::{Eligibility, Verdict, explain, proof_line};
use journeyman_testkit::ProblemBuilder;
use journeyman_testkit::brute::jurisdictions;

fn table(problem: &Problem) -> Eligibility {
    Eligibility::build(problem, &jurisdictions(problem))
}

/// What is said about the first visit on the first shift: the proof, "free", or the reasons.
fn said(day: ProblemBuilder) -> Vec<String> {
    let problem = day.build();
    let (table, shift, visit) = (table(&problem), ShiftId::new(0), VisitId::new(0));
    match table.verdict(&problem, shift, visit) {
        Verdict::Eligible(None) => vec!["free".to_owned()],
        Verdict::Eligible(Some(proof)) => vec![proof_line(&problem, &proof)],
        Verdict::Ineligible(first) => {
            let all = table.all_reasons(&problem, shift, visit);
            assert_eq!(all.first(), Some(&first));
            all.iter().map(|reason| explain(&problem, visit, reason)).collect()
        }
    }
}

/// A day with one technician `ana`, a shift from 0 to 500, and the law of a state, its city and a neighbour.
fn day() -> ProblemBuilder {
    let mut day = ProblemBuilder::new();
    day.jurisdiction("city").within("state");
    day.jurisdiction("elsewhere");
    day
}

#[test]
fn a_visit_that_asks_for_no_license_is_open_to_anybody() {
    let mut day = day();
    day.technician("ana");
    day.shift("ana", 0, 500);
    day.visit("v", (1, 0)).in_jurisdiction("city");
    assert_eq!(said(day), ["free"]);
}

#[test]
fn a_license_of_the_place_holds_for_its_class_and_below() {
    for (held, asked, expected) in [
        (Master, Journeyman, "master license ana-1 of city, without expiry (journeyman required)"),
        (Journeyman, Journeyman, "journeyman license ana-1 of city, without expiry (journeyman required)"),
        (
            Apprentice,
            Journeyman,
            "needs a license of class journeyman, and the highest that counts there is apprentice",
        ),
        (
            Journeyman,
            Master,
            "needs a license of class master, and the highest that counts there is journeyman",
        ),
    ] {
        let mut day = day();
        day.technician("ana").license(held, "city");
        day.shift("ana", 0, 500);
        day.visit("v", (1, 0)).in_jurisdiction("city").needs(asked);
        assert_eq!(said(day), [expected]);
    }
}

#[test]
fn a_license_of_a_container_holds_inside_and_not_the_other_way_round() {
    let mut inside = day();
    inside.technician("ana").license(Master, "state");
    inside.shift("ana", 0, 500);
    inside.visit("v", (1, 0)).in_jurisdiction("city").needs(Master);
    assert_eq!(
        said(inside),
        ["master license ana-1 of state, which contains the site, without expiry (master required)"]
    );

    let mut outside = day();
    outside.technician("ana").license(Master, "city");
    outside.shift("ana", 0, 500);
    outside.visit("v", (1, 0)).in_jurisdiction("state").needs(Apprentice);
    assert_eq!(
        said(outside),
        ["needs a license of class apprentice that holds in state, and holds none that is recognized there"]
    );
}

#[test]
fn reciprocity_counts_up_to_its_class_and_covers_what_the_acceptor_contains() {
    for (asked, expected) in [
        (
            Journeyman,
            "master license ana-1 of elsewhere, by reciprocity up to journeyman, without expiry (journeyman required)",
        ),
        (Master, "needs a license of class master, and the highest that counts there is journeyman"),
    ] {
        let mut day = day();
        day.reciprocity("elsewhere", "state", Journeyman);
        day.technician("ana").license(Master, "elsewhere");
        day.shift("ana", 0, 500);
        day.visit("v", (1, 0)).in_jurisdiction("city").needs(asked);
        assert_eq!(said(day), [expected]);
    }
}

#[test]
fn reciprocity_is_not_transitive_and_not_mutual() {
    for (issued, site) in [("a", "c"), ("b", "a")] {
        let mut day = ProblemBuilder::new();
        day.reciprocity("a", "b", Master).reciprocity("b", "c", Master);
        day.technician("ana").license(Master, issued);
        day.shift("ana", 0, 500);
        day.visit("v", (1, 0)).in_jurisdiction(site).needs(Journeyman);
        assert_eq!(
            said(day),
            [format!(
                "needs a license of class journeyman that holds in {site}, and holds none that is recognized there"
            )]
        );
    }
}

#[test]
fn where_no_jurisdiction_licenses_any_license_counts_and_none_does_not() {
    let mut licensed = day();
    licensed.technician("ana").license(Journeyman, "elsewhere");
    licensed.shift("ana", 0, 500);
    licensed.visit("v", (1, 0)).needs(Journeyman);
    assert_eq!(
        said(licensed),
        [
            "journeyman license ana-1 of elsewhere, no jurisdiction at the site, without expiry (journeyman required)"
        ]
    );

    let mut unlicensed = day();
    unlicensed.technician("ana");
    unlicensed.shift("ana", 0, 500);
    unlicensed.visit("v", (1, 0)).needs(Journeyman);
    assert_eq!(
        said(unlicensed),
        ["needs a license of class journeyman of any jurisdiction, and holds none that is recognized there"]
    );
}

#[test]
fn endorsements_must_stand_on_the_same_license() {
    let mut day = day();
    day.technician("ana")
        .license(Master, "city")
        .endorsement("solar")
        .license(Journeyman, "city")
        .endorsement("fire");
    day.shift("ana", 0, 500);
    day.visit("v", (1, 0)).in_jurisdiction("city").needs(Journeyman).endorsement("solar").endorsement("fire");
    assert_eq!(said(day), ["the license lacks the endorsement fire"]);
}

#[test]
fn an_endorsement_on_a_license_of_too_low_a_class_does_not_help() {
    let mut day = day();
    day.technician("ana").license(Master, "city").license(Apprentice, "city").endorsement("solar");
    day.shift("ana", 0, 500);
    day.visit("v", (1, 0)).in_jurisdiction("city").needs(Journeyman).endorsement("solar");
    assert_eq!(said(day), ["the license lacks the endorsement solar"]);
}

#[test]
fn a_license_is_judged_at_the_scheduled_start() {
    let mut expired = day();
    expired.technician("ana").license(Master, "city").valid(-100, 200);
    expired.shift("ana", 0, 500);
    expired.visit("v", (1, 0)).in_jurisdiction("city").needs(Master).window(200, 300);
    assert_eq!(
        said(expired),
        ["the license holds from 1969-12-31 23:58 until 1970-01-01 00:03, which meets no possible start"]
    );

    let mut in_time = day();
    in_time.technician("ana").license(Master, "city").valid(-100, 201);
    in_time.shift("ana", 0, 500);
    in_time.visit("v", (1, 0)).in_jurisdiction("city").needs(Master).window(200, 300);
    assert_eq!(said(in_time), ["master license ana-1 of city, valid until 1970-01-01 (master required)"]);
}

#[test]
fn several_licenses_leave_the_union_of_their_times() {
    let mut day = day();
    day.technician("ana").license(Master, "city").valid(0, 100).license(Journeyman, "state").valid(150, 200);
    day.technician("ben").license(Master, "city");
    day.shift("ana", 0, 500);
    day.shift("ben", 0, 500);
    day.visit("v", (1, 0)).in_jurisdiction("city").needs(Journeyman).window(50, 160).window(170, 400);
    let problem = day.build();
    let table = table(&problem);
    let windows = |shift| -> Vec<(i64, i64)> {
        let windows = table.start_windows(ShiftId::new(shift), VisitId::new(0)).iter();
        windows.map(|w| (w.start.ticks(), w.end.ticks())).collect()
    };
    assert_eq!(windows(0), [(50, 99), (150, 160), (170, 199)]);
    assert_eq!(windows(1), [(50, 160), (170, 400)]);
    assert_eq!([0, 1].map(|shift| table.narrows(ShiftId::new(shift), VisitId::new(0))), [true, false]);
    let number = |t| {
        let at = Time::from_ticks(t);
        table.proof(&problem, ShiftId::new(0), VisitId::new(0), at).map(|proof| proof.number)
    };
    assert_eq!([99, 120, 150].map(number), [Some("ana-1".to_owned()), None, Some("ana-2".to_owned())]);
}

#[test]
fn the_proof_is_the_most_direct_license_then_the_one_valid_longest() {
    let mut day = day();
    day.reciprocity("elsewhere", "city", Master);
    day.technician("ana")
        .license(Master, "elsewhere")
        .license(Master, "state")
        .license(Journeyman, "city")
        .valid(-100, 400)
        .license(Journeyman, "city")
        .valid(-100, 500);
    day.shift("ana", 0, 500);
    day.visit("v", (1, 0)).in_jurisdiction("city").needs(Journeyman);
    let problem = day.build();
    let table = table(&problem);
    let at = |t| {
        let proof = table.proof(&problem, ShiftId::new(0), VisitId::new(0), Time::from_ticks(t));
        proof.expect("a license holds").number
    };
    assert_eq!([at(0), at(450), at(550)], ["ana-4", "ana-4", "ana-2"]);
}

#[test]
fn the_jurisdiction_is_found_from_the_place() {
    let mut day = day();
    day.jurisdiction("city").territory((-10, -10), (10, 10));
    day.technician("ana").license(Master, "elsewhere");
    day.shift("ana", 0, 500);
    day.visit("v", (5, 5)).needs(Journeyman);
    assert_eq!(
        said(day),
        ["needs a license of class journeyman that holds in city, and holds none that is recognized there"]
    );
}

#[test]
fn skills_are_asked_with_their_level() {
    let mut day = day();
    day.technician("ana").skill("panel", 1);
    day.shift("ana", 0, 500);
    day.visit("v", (1, 0)).skill("panel", 2).skill("cable", 1);
    assert_eq!(said(day), ["needs the skill panel at level 2, and has level 1", "lacks the skill cable"]);
}

#[test]
fn a_tool_comes_from_the_van_or_from_a_pickup() {
    for (on_van, lent, expected) in [
        (true, false, "free"),
        (false, true, "free"),
        (false, false, "needs the tool lift: not on the van, and no pickup on the way lends it"),
    ] {
        let mut day = day();
        let ana = day.technician("ana");
        if on_van {
            ana.tool("lift");
        }
        day.shift("ana", 0, 500);
        let depot = day.pickup("depot", (5, 5));
        if lent {
            depot.lends("lift");
        }
        day.visit("v", (1, 0)).tool("lift");
        assert_eq!(said(day), [expected]);
    }
}

#[test]
fn tool_and_part_at_two_different_pickups_are_out_of_reach() {
    let mut day = day();
    day.technician("ana");
    day.shift("ana", 0, 500);
    day.pickup("tools", (5, 5)).lends("lift");
    day.pickup("parts", (6, 6)).stocks("wire", 9);
    day.visit("v", (1, 0)).tool("lift").part("wire", 2);
    assert_eq!(
        said(day),
        ["needs the part wire: neither the van nor a pickup has enough of it for this shift"]
    );
}

#[test]
fn a_part_comes_from_the_van_or_from_a_pickup_that_has_enough_by_then() {
    let missing = "needs the part wire: neither the van nor a pickup has enough of it for this shift";
    for (van, shelf, delivery, expected) in [
        (2, 0, None, "free"),
        (1, 1, None, missing),
        (0, 2, None, "free"),
        (0, 1, Some(100), "free"),
        (0, 1, Some(101), missing),
    ] {
        let mut day = day();
        let ana = day.technician("ana");
        if van > 0 {
            ana.stock("wire", van);
        }
        day.shift("ana", 100, 500);
        let depot = day.pickup("depot", (5, 5)).stocks("wire", shelf);
        if let Some(from) = delivery {
            depot.delivery("wire", 1, from);
        }
        day.visit("v", (1, 0)).part("wire", 2);
        assert_eq!(said(day), [expected], "van {van}, shelf {shelf}, delivery {delivery:?}");
    }
}

#[test]
fn who_is_out_serves_nothing_but_what_is_frozen() {
    let mut day = day();
    day.technician("ana");
    day.shift("ana", 0, 500).out();
    let visit = day.visit("v", (1, 0)).id();
    let mut problem = day.build();
    let reason = Ineligibility::TechnicianOut(problem.shifts[0].technician);
    let verdict =
        |problem: &Problem| table(problem).verdict(problem, problem.shift_ids().next().expect("one"), visit);
    assert_eq!(verdict(&problem), Verdict::Ineligible(reason));
    assert_eq!(explain(&problem, visit, &reason), "ana is out");
    let stops = vec![Stop::Visit(visit)];
    problem.shifts[0].frozen = Some(Frozen { departure: Time::ZERO, stops, until: Time::from_ticks(1) });
    assert_eq!(verdict(&problem), Verdict::Eligible(None));
}

#[test]
fn vehicle_customer_pin_and_load_each_have_their_words() {
    let mut day = day();
    day.technician("ana").load_capacity(5);
    day.technician("ben");
    day.shift("ana", 0, 500);
    day.shift("ben", 0, 500);
    day.visit("v", (1, 0)).feature("bucket").excludes("ana").allows_only("ben").pin_shift("ben/1").load(6);
    assert_eq!(
        said(day),
        [
            "needs a vehicle with bucket",
            "the customer excludes ana",
            "ana is not among those whom the customer allows",
            "a pin binds the visit to someone else",
            "takes load 6, and the van carries 5",
        ]
    );
}

#[test]
fn a_permit_that_is_not_issued_is_awaited_unless_expected_ones_are_planned() {
    let expected = PermitState::Filed { expected: Some(Time::from_ticks(100)) };
    for (state, plan_expected, allowed) in [
        (PermitState::Required, true, false),
        (PermitState::Filed { expected: None }, true, false),
        (expected, false, false),
        (expected, true, true),
        (PermitState::Rejected, true, false),
        (PermitState::Expired, true, false),
    ] {
        let mut day = day();
        if plan_expected {
            day.plan_expected_permits();
        }
        day.technician("ana");
        day.shift("ana", 0, 500);
        day.permit("P-1", state);
        day.visit("v", (1, 0)).permit("P-1");
        let problem = day.build();
        let table = table(&problem);
        let awaited = matches!(table.awaiting(VisitId::new(0)), Some(Awaiting::Permit(_)));
        assert_eq!(
            (table.allows(ShiftId::new(0), VisitId::new(0)), awaited),
            (allowed, !allowed),
            "{state:?}"
        );
    }
}

#[test]
fn an_issued_permit_gates_the_start_at_its_date() {
    let mut day = day();
    day.technician("ana");
    day.shift("ana", 0, 500);
    day.issued_permit("P-1", 450).issued_permit("P-2", 300);
    day.visit("v", (1, 0)).duration(60).permit("P-1").permit("P-2");
    assert_eq!(
        said(day),
        ["the permit holds from 1970-01-01 00:07, which meets no possible start in this shift"]
    );
}

#[test]
fn windows_that_miss_the_shift_are_named() {
    let mut day = day();
    day.technician("ana");
    day.shift("ana", 0, 500);
    day.visit("v", (1, 0)).duration(60).window(441, 600);
    assert_eq!(said(day), ["no window of the visit meets the shift"]);
}

#[test]
fn a_pin_before_the_shift_is_named() {
    let mut day = day();
    day.technician("ana");
    day.shift("ana", 120, 500);
    day.visit("v", (1, 0)).pin_shift("ana/1").pin_start(60);
    assert_eq!(said(day), ["a pin sets its start to 1970-01-01 00:01, when the shift cannot serve it"]);
}

#[test]
fn words_for_a_permit_say_where_it_stands() {
    let expected = |ticks| PermitState::Filed { expected: Some(Time::from_ticks(ticks)) };
    for (state, words) in [
        (PermitState::Required, "permit P-1 is required, and not applied for"),
        (PermitState::Filed { expected: None }, "permit P-1 is filed, and not issued"),
        (expected(86_400), "permit P-1 is filed, expected 1970-01-02"),
        (expected(90_000), "permit P-1 is filed, expected 1970-01-02 01:00"),
        (PermitState::Rejected, "permit P-1 is rejected"),
        (PermitState::Expired, "permit P-1 is expired"),
    ] {
        let mut day = day();
        day.permit("P-1", state);
        day.technician("ana");
        day.shift("ana", 0, 500);
        day.visit("v", (1, 0)).permit("P-1");
        assert_eq!(said(day), [words]);
    }
}

#[test]
fn a_visit_that_lacks_only_a_part_awaits_it_and_one_that_lacks_more_does_not() {
    for (skilled, awaited) in [(true, true), (false, false)] {
        let mut day = day();
        let ana = day.technician("ana");
        if skilled {
            ana.skill("panel", 1);
        }
        day.shift("ana", 0, 500);
        day.visit("v", (1, 0)).skill("panel", 1).part("wire", 1);
        let problem = day.build();
        assert_eq!(table(&problem).awaiting(VisitId::new(0)).is_some(), awaited);
    }
}

#[test]
fn a_pinned_start_overrides_the_windows_but_not_the_permit() {
    let mut pinned = day();
    pinned.technician("ana");
    pinned.shift("ana", 0, 500);
    pinned.visit("v", (1, 0)).window(0, 10).pin_technician("ana").pin_start(200);
    assert_eq!(said(pinned), ["free"]);

    let mut gated = day();
    gated.technician("ana");
    gated.shift("ana", 0, 500);
    gated.issued_permit("P-1", 201);
    gated.visit("v", (1, 0)).window(0, 10).permit("P-1").pin_technician("ana").pin_start(200);
    assert_eq!(
        said(gated),
        ["the permit holds from 1970-01-01 00:03, which meets no possible start in this shift"]
    );
}
