//! The reference day holds what its definition says of it, for any seed.

use journeyman_domain::{Duration, LicenseClass, Problem, Time, Unserved};
use journeyman_sim::reference_day::{ReferenceDayError, reference_day};
use journeyman_sim::town::Town;

use crate::sound;

const SIZES: [(usize, usize); 5] = [(1, 5), (5, 25), (20, 100), (20, 130), (50, 300)];

fn day(technicians: usize, visits: usize, seed: u64) -> Problem {
    reference_day(technicians, visits, seed, Town::StGeorge).expect("within the limits").problem
}

fn each_day(check: impl Fn(&Problem)) {
    for (technicians, visits) in SIZES {
        for seed in 0..10 {
            check(&day(technicians, visits, seed));
        }
    }
}

/// Asserts that so many percent of a list, up to one, are so.
fn assert_share<T>(list: &[T], percent: usize, so: impl Fn(&T) -> bool) {
    let have = list.iter().filter(|entry| so(entry)).count();
    assert!((have * 100).abs_diff(list.len() * percent) < 100, "{have} of {} for {percent} %", list.len());
}

#[test]
fn every_day_is_a_sound_problem() {
    each_day(sound::assert_sound);
}

#[test]
fn same_seed_gives_the_same_day_and_another_seed_another() {
    assert_eq!(day(20, 100, 1), day(20, 100, 1));
    assert_ne!(day(20, 100, 1), day(20, 100, 2));
}

#[test]
fn shares_of_people_and_work_hold() {
    each_day(|problem| {
        for (class, percent) in
            [(LicenseClass::Apprentice, 15), (LicenseClass::Journeyman, 60), (LicenseClass::Master, 25)]
        {
            assert_share(&problem.technicians, percent, |t| t.licenses[0].class == class);
        }
        for (class, percent) in
            [(LicenseClass::Apprentice, 15), (LicenseClass::Journeyman, 65), (LicenseClass::Master, 20)]
        {
            assert_share(&problem.visits, percent, |v| v.requirement.license == Some(class));
        }
        assert_share(&problem.visits, 30, |v| v.requirement.skills.len() == 2);
        assert_share(&problem.visits, 70, |v| v.requirement.skills.is_empty());
        assert_share(&problem.visits, 10, |v| v.unserved == Unserved::Mandatory);
        for (hours, percent) in [(2, 60), (4, 20), (9, 20)] {
            let width = Duration::from_ticks(hours * 3600);
            assert_share(&problem.visits, percent, |v| v.windows[0].end - v.windows[0].start == width);
        }
    });
}

#[test]
fn windows_lie_inside_the_regular_day() {
    let hour = |h: i64| Time::from_ticks(h * 3600);
    each_day(|problem| {
        assert!(problem.shifts.iter().all(|s| s.window.start == hour(8) && s.window.end == hour(19)));
        assert!(problem.shifts.iter().all(|s| s.soft_end == hour(17) && s.breaks.len() == 1));
        assert!(problem.visits.iter().all(|v| v.windows[0].start >= hour(8) && v.windows[0].end <= hour(17)));
    });
}

#[test]
fn service_and_estimated_travel_fill_80_to_90_percent_of_the_working_time() {
    for (technicians, visits) in SIZES {
        for seed in 0..10 {
            let scenario =
                reference_day(technicians, visits, seed, Town::StGeorge).expect("within the limits");
            let load =
                scenario.notes.iter().find(|note| note.starts_with("load:")).expect("the load is told");
            let (before, _) = load.split_once(" % of").expect("in percent");
            let percent: f64 = before.rsplit(' ').next().expect("a number").parse().expect("a number");
            assert!((80.0..=90.0).contains(&percent), "{technicians} x {visits}, seed {seed}: {load}");
            // An estimate of travel that swallowed the day, or vanished, would be no day's work.
            let service: i64 = scenario.problem.visits.iter().map(|v| v.duration.ticks()).sum();
            let working = technicians as i64 * 510 * 60;
            assert!(service * 3 > working && service * 100 < working * 82, "{service} of {working}");
        }
    }
}

#[test]
fn places_lie_in_the_box_and_under_exactly_one_law() {
    each_day(|problem| {
        for place in &problem.places {
            let point = place.point.expect("generated places have coordinates");
            assert!((36.95..37.24).contains(&point.latitude()), "{point:?}");
            assert!((-113.80..-113.33).contains(&point.longitude()), "{point:?}");
            // Territories are rectangles, so opposite corners tell whether a point lies inside.
            let holders = problem.jurisdictions.iter().filter(|jurisdiction| {
                jurisdiction.territory.iter().any(|ring| {
                    let (low, high) = (ring[0], ring[2]);
                    (low.latitude()..high.latitude()).contains(&point.latitude())
                        && (low.longitude()..high.longitude()).contains(&point.longitude())
                })
            });
            assert_eq!(holders.count(), 1, "{point:?}");
        }
    });
}

#[test]
fn some_licenses_hold_in_both_towns_and_some_in_one() {
    let problem = day(20, 100, 1);
    let issued_by = |index: usize| {
        problem.technicians.iter().filter(|t| t.licenses[0].jurisdiction.index() == index).count()
    };
    assert_eq!([issued_by(0), issued_by(1), issued_by(2)], [12, 4, 4]);
}

#[test]
fn days_without_people_or_work_are_days_too() {
    for (technicians, visits) in [(0, 0), (0, 5), (3, 0), (1, 1)] {
        let problem = day(technicians, visits, 1);
        sound::assert_sound(&problem);
        assert_eq!((problem.shifts.len(), problem.visits.len()), (technicians, visits));
    }
}

#[test]
fn too_large_a_day_is_refused_with_its_limit() {
    assert_eq!(
        reference_day(10_001, 1, 1, Town::StGeorge),
        Err(ReferenceDayError::TooManyTechnicians { count: 10_001 })
    );
    let error = reference_day(1, 100_001, 1, Town::StGeorge).expect_err("too many");
    assert_eq!(error.to_string(), "100001 visits; at most 100000");
}
