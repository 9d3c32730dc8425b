//! Generated and imported days, put into the contract's words and read again, are the same problems.

use journeyman_api::{Limits, accept_problem, write_day};
use journeyman_sim::Scenario;
use journeyman_sim::permits::{ImportOptions, import_permits, open};
use journeyman_sim::reference_day::reference_day;
use journeyman_sim::town::Town;
use journeyman_tests::data_dir;

fn assert_survives(scenario: &Scenario) {
    let written = write_day(&scenario.problem).expect("the contract has words for it");
    let read = accept_problem(&written, &Limits::default(), 8).expect("the contract accepts it");
    assert!(read.dropped.is_empty());
    assert_eq!(read.problem.in_canonical_order(), scenario.problem.clone().in_canonical_order());
}

#[test]
fn reference_days_survive_the_contract() {
    for seed in 0..5 {
        assert_survives(&reference_day(20, 100, seed, Town::StGeorge).expect("within the limits"));
    }
}

#[test]
fn permit_days_survive_the_contract() {
    let Some(data) = data_dir() else { return };
    let csv = data.join("austin_electrical_permits/austin_electrical_permits_2014_2016.csv.gz");
    for seed in 0..5 {
        let date = "2015-06-10".parse().expect("a day");
        let options = ImportOptions { date, technicians: 12, visits: None, seed };
        assert_survives(&import_permits(open(&csv).expect("the file"), &options).expect("readable"));
    }
}
