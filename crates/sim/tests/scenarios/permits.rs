//! Importing a permit file: what is left out, what is merged, what waits.

use journeyman_domain::{Awaiting, LicenseClass, PermitState, Problem, Release, Time, Unserved};
use journeyman_sim::Scenario;
use journeyman_sim::permits::{ImportOptions, import_permits, open};

use journeyman_testkit::benchmark_data;

use crate::sound;

const HEADER: &str = "permit_number,date_issued,sub_type,work_type,status,lat,lng,postal_code,contractor,\
    total_job_valuation,new_add_sqft,work_description_140\n";

fn row(number: u32, issued: &str, work_type: &str, status: &str, lat: &str, words: &str) -> String {
    format!(
        "2015-{number:06} EP,{issued},Residential,{work_type},{status},{lat},-97.75,,C0001,,,\"{words}\"\n"
    )
}

fn options() -> ImportOptions {
    let date = "2015-06-10".parse().expect("a day");
    ImportOptions { date, technicians: 4, visits: None, seed: 1 }
}

fn import(rows: &[String]) -> Scenario {
    let csv = format!("{HEADER}{}", rows.concat());
    let scenario = import_permits(csv.as_bytes(), &options()).expect("readable");
    sound::assert_sound(&scenario.problem);
    scenario
}

fn labels(problem: &Problem) -> Vec<&str> {
    problem.visits.iter().map(|visit| visit.label.as_str()).collect()
}

#[test]
fn void_and_withdrawn_permits_and_distant_days_are_left_out() {
    let problem = import(&[
        row(1, "2015-06-01", "Repair", "Final", "30.1", ""),
        row(2, "2015-06-01", "Repair", "VOID", "30.2", ""),
        row(3, "2015-06-01", "Repair", "Withdrawn", "30.3", ""),
        row(4, "2015-05-26", "Repair", "Final", "30.4", ""),
        row(5, "2015-05-27", "Repair", "Expired", "30.41", ""),
        row(6, "2015-07-10", "Repair", "Active", "30.42", ""),
        row(7, "2015-07-11", "Repair", "Active", "30.43", ""),
    ])
    .problem;
    assert_eq!(labels(&problem), ["V-2015-000001", "V-2015-000005", "V-2015-000006"]);
}

#[test]
fn a_permit_of_the_day_is_issued_and_one_of_tomorrow_waits_for_its_date() {
    let problem = import(&[
        row(1, "2015-06-10", "Repair", "Final", "30.1", ""),
        row(2, "2015-06-11", "Repair", "Final", "30.2", ""),
    ])
    .problem;
    assert_eq!(problem.permits[0].state, PermitState::Issued { from: Time::ZERO, until: Time::MAX });
    let tomorrow = Some(Time::from_ticks(86_400));
    assert_eq!(problem.permits[1].state, PermitState::Filed { expected: tomorrow });
    let release: Vec<Release> = problem.visit_ids().map(|visit| problem.release(visit)).collect();
    assert!(matches!(release[0], Release::Open { .. }));
    assert!(matches!(release[1], Release::Awaiting(Awaiting::Permit(_))));
}

#[test]
fn rows_at_one_address_are_one_work_order_and_only_what_is_not_issued_waits() {
    let problem = import(&[
        row(1, "2015-06-01", "Repair", "Final", "30.1", "replace panel"),
        row(2, "2015-06-02", "Upgrade", "Final", "30.1", "service upgrade"),
        row(3, "2015-06-20", "Repair", "Final", "30.1", "install generator"),
        row(4, "2015-06-02", "Repair", "Final", "30.2", "repair"),
    ])
    .problem;
    assert_eq!(problem.work_orders, ["WO-2015-000001", "WO-2015-000004"]);
    assert_eq!(labels(&problem), ["V-2015-000001", "V-2015-000003", "V-2015-000004"]);
    let merged = &problem.visits[0];
    assert_eq!((merged.permits.len(), merged.work_order.index()), (2, 0));
    // 150 minutes of a panel and 180 of a service upgrade, which needs a master.
    assert_eq!(merged.duration.ticks(), 330 * 60);
    assert_eq!(merged.requirement.license, Some(LicenseClass::Master));
    assert_eq!(problem.visits[1].requirement.skills.len(), 1);
}

#[test]
fn the_words_of_a_row_make_it_mandatory() {
    let problem = import(&[
        row(1, "2015-06-01", "Repair", "Final", "30.1", "Emergency repair of riser"),
        row(2, "2015-06-01", "Repair", "Final", "30.2", "repair"),
    ])
    .problem;
    assert_eq!(problem.visits[0].unserved, Unserved::Mandatory);
    assert!(matches!(problem.visits[1].unserved, Unserved::Penalty(_)));
}

#[test]
fn damaged_files_name_the_line() {
    let good = row(1, "2015-06-01", "Repair", "Final", "30.1", "");
    for (csv, message) in [
        (String::new(), "no permit was issued from 2015-05-27 to 2015-07-10"),
        (HEADER.replace(",status", ",state") + &good, "line 2: missing field `status`"),
        (format!("{HEADER}{good}{}", good.replace("30.1", "here")), "line 3: field 5: invalid float literal"),
        (
            format!("{HEADER}{good}{}", good.replace("2015-06-01", "June")),
            "line 3: date_issued \"June\" is no day such as 2015-06-10",
        ),
        (format!("{HEADER}{}", good.replace("30.1", "130.1")), "line 2: lat 130.1, lng -97.75 is no place"),
    ] {
        let error = import_permits(csv.as_bytes(), &options()).expect_err(message).to_string();
        assert!(error.starts_with(message), "{error} is not {message}");
    }
}

#[test]
fn the_real_file_gives_a_day_that_its_seed_decides() {
    let Some(data) = benchmark_data() else { return };
    let path = data.join("austin_electrical_permits/austin_electrical_permits_2014_2016.csv.gz");
    let import = |seed| {
        let options = ImportOptions { technicians: 12, seed, ..options() };
        import_permits(open(&path).expect("the file is there"), &options).expect("readable")
    };
    let (first, again, other) = (import(1), import(1), import(2));
    sound::assert_sound(&first.problem);
    assert_eq!(first, again);
    assert_ne!(first.problem, other.problem);
    assert_eq!(first.problem.permits.len(), 96);
    assert!(first.notes[0].contains("96 rows drawn by seed 1 from the 2166"), "{}", first.notes[0]);
    let midnight = Time::from_ticks(86_400);
    for permit in &first.problem.permits {
        match permit.state {
            PermitState::Issued { from, .. } => assert!(from < midnight),
            PermitState::Filed { expected } => assert!(expected.is_some_and(|day| day >= midnight)),
            PermitState::Required | PermitState::Rejected | PermitState::Expired => panic!("{permit:?}"),
        }
    }
}
