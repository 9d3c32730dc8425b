//! Readers of public benchmarks agree with the checkers beside the data, and name the line of a damaged file.

use journeyman_domain::{StockQuantity, TravelSpec};
use journeyman_sim::trsp::{self, Route, Stop};
use journeyman_sim::vrptw::{self, Convention};
use journeyman_testkit::{benchmark_data, cases};
use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64;

use crate::sound;

const VRPTW: &str = "tiny\n\nVEHICLE\nNUMBER CAPACITY\n2 20\n\nCUSTOMER\n\
    CUST NO. XCOORD. YCOORD. DEMAND READY TIME DUE DATE SERVICE TIME\n\n\
    0 35 35 0 0 230 0\n1 41 49 10 30 171 10\n2 35 17 7 50 60 10\n3 55 45 13 116 126 10\n";

const TRSP: &str = "tiny-trsp\n\nINFO\nCREW COUNT SKILLS TOOLS SPARE PARTS\n2 2 2 2\n\n\
    DEPOT TECHNICIANS AND REQUESTS\nID X Y TWS TWE Serv SKILLS TOOLS SPARE PARTS\n\
    0 35 35 0 230 0 [] \t[] \t[]\n1 67 8 0 230 0 [0,1] \t[0] \t[3,0]\n2 52 28 0 230 0 [1] \t[] \t[0,1]\n\
    3 41 49 161 171 10 [1] \t[1] \t[0,1]\n4 35 17 50 60 10 [0] \t[] \t[1,0]\n5 55 45 116 126 10 [1] \t[] \t[0,1]\n";

fn vrptw(text: &str) -> vrptw::Instance {
    vrptw::Instance::read(text, None).expect("readable")
}

#[test]
fn vrptw_cost_is_the_checkers_in_both_conventions() {
    // Numbers of vrptw_check.py for these routes.
    let instance = vrptw(VRPTW);
    let routes = [vec![2, 3], vec![1]];
    assert!((instance.cost(&routes, Convention::Trunc1) - 105.1).abs() < 1e-9);
    assert!((instance.cost(&routes, Convention::Double) - 105.233_073).abs() < 1e-6);
    assert_eq!(instance.cost(&[], Convention::Double).to_bits(), 0.0_f64.to_bits());
}

#[test]
fn trsp_working_time_is_the_checkers() {
    // Number of trsp_check.py for these routes.
    let instance = trsp::Instance::read(TRSP).expect("readable");
    let routes = [
        Route { technician: 1, stops: vec![Stop::Request(4), Stop::Depot, Stop::Request(3)] },
        Route { technician: 2, stops: vec![Stop::Request(5)] },
    ];
    let time = instance.working_time(&routes).expect("in time");
    assert!((time - 237.315_838).abs() < 1e-6, "{time}");
    let late = [Route { technician: 1, stops: vec![Stop::Request(3), Stop::Request(4)] }];
    assert_eq!(instance.working_time(&late), None);
}

#[test]
fn line_ends_do_not_matter() {
    assert_eq!(vrptw(&VRPTW.replace('\n', "\r\n")), vrptw(VRPTW));
    let trsp = trsp::Instance::read(&TRSP.replace('\n', "\r\n")).expect("readable");
    assert_eq!(trsp, trsp::Instance::read(TRSP).expect("readable"));
}

#[test]
fn problems_are_sound_and_keep_the_instances_own_numbers() {
    let instance = vrptw(VRPTW);
    for convention in [Convention::Trunc1, Convention::Double] {
        let problem = instance.problem(convention);
        sound::assert_sound(&problem);
        assert_eq!(problem.shifts.len(), 2);
        let labels: Vec<&str> = problem.visits.iter().map(|visit| visit.label.as_str()).collect();
        assert_eq!(labels, ["1", "2", "3"]);
        assert!(problem.visits.iter().all(journeyman_domain::Visit::is_mandatory));
    }
    let problem = trsp::Instance::read(TRSP).expect("readable").problem();
    sound::assert_sound(&problem);
    let labels: Vec<&str> = problem.visits.iter().map(|visit| visit.label.as_str()).collect();
    assert_eq!(labels, ["3", "4", "5"]);
    assert_eq!(problem.pickups[0].tools.len(), 2);
    assert!(problem.pickups[0].stock.iter().all(|entry| entry.quantity == StockQuantity::Unlimited));
}

#[test]
fn double_precision_is_rounded_up_by_less_than_its_tick() {
    let problem = vrptw(VRPTW).problem(Convention::Double);
    let TravelSpec::Matrix(matrix) = &problem.travel else { panic!("a matrix was expected") };
    assert_eq!(matrix.rounding_ticks, 1);
    // Node 0 to 1: sqrt(36 + 196) = 15.231546…
    assert_eq!(matrix.durations[1].ticks(), 152_316);
    let problem = vrptw(VRPTW).problem(Convention::Trunc1);
    let TravelSpec::Matrix(matrix) = &problem.travel else { panic!("a matrix was expected") };
    assert_eq!((matrix.rounding_ticks, matrix.durations[1].ticks()), (0, 152));
}

#[test]
fn a_cut_instance_keeps_the_first_customers() {
    let instance = vrptw::Instance::read(VRPTW, Some(2)).expect("readable");
    assert_eq!(instance.customers(), 2);
    assert_eq!(instance.problem(Convention::Trunc1).visits.len(), 2);
}

#[test]
fn a_window_beyond_the_horizon_is_cut_to_it() {
    let problem = vrptw(&VRPTW.replace("30 171 10", "30 9999 10")).problem(Convention::Trunc1);
    assert_eq!(problem.visits[0].windows[0].end.ticks(), 2_300);
    let late = vrptw(&VRPTW.replace("30 171 10", "500 9999 10")).problem(Convention::Trunc1);
    sound::assert_sound(&late);
    assert_eq!(late.visits[0].windows[0].start.ticks(), 5_000);
}

#[test]
fn damaged_vrptw_files_name_the_line() {
    for (text, message) in [
        (String::new(), "line 1: a name expected, but the file ends"),
        ("name\n".to_owned(), "line 1: NUMBER CAPACITY expected, but the file ends"),
        (VRPTW.replace("2 20\n", "two 20\n"), "line 5: number of vehicles expected, found \"two\""),
        (VRPTW.replace("2 35 17", "7 35 17"), "line 12: node 2 expected, found 7"),
        (VRPTW.replace("41 49 10", "41 NaN 10"), "line 11: y coordinate NaN lies outside 0 to 10000000"),
        (VRPTW.replace("30 171 10", "171 30 10"), "line 11: the window ends at 30 before it starts at 171"),
        (VRPTW.replace("41 49 10", "41 49 -10"), "line 11: demand -10 lies outside 0 to 10000000"),
        (
            VRPTW.replace("171 10", "171"),
            "line 11: seven numbers of a node expected, found \"1 41 49 10 30 171\"",
        ),
    ] {
        let error = vrptw::Instance::read(&text, None).expect_err(message);
        assert_eq!(error.to_string(), message);
    }
    let error = vrptw::Instance::read(VRPTW, Some(4)).expect_err("too many");
    assert_eq!(error.to_string(), "line 13: 4 customers asked for, the file has 3");
}

#[test]
fn damaged_trsp_files_name_the_line() {
    for (text, message) in [
        (
            TRSP.replace("2 2 2 2", "2 2 2"),
            "line 5: sizes of crew, skills, tools and parts expected, found \"2 2 2\"",
        ),
        (TRSP.replace("[0,1] \t[0]", "[0,7] \t[0]"), "line 10: skill expected, found \"7\""),
        (TRSP.replace("3 41 49", "9 41 49"), "line 12: node 3 expected, found 9"),
    ] {
        let error = trsp::Instance::read(&text).expect_err(message);
        assert_eq!(error.to_string(), message);
    }
    let error = trsp::Instance::read(&format!("{TRSP}DISTANCES\n1 2 3\n")).expect_err("a matrix is refused");
    assert!(error.to_string().starts_with("line 15: a node"), "{error}");
}

#[test]
fn damaged_files_give_an_error_or_a_sound_problem() {
    let mut rng = Pcg64::seed_from_u64(11);
    let mut read = 0;
    for case in 0..cases(4_000) {
        let mut text = if case % 2 == 0 { VRPTW.as_bytes().to_vec() } else { TRSP.as_bytes().to_vec() };
        for _ in 0..rng.random_range(1..=4) {
            let at = rng.random_range(0..text.len());
            match rng.random_range(0..4) {
                0 => text[at] = rng.random_range(32..127),
                1 => text.insert(at, b"0123456789.-eE[], \n\r\t"[rng.random_range(0..21)]),
                2 => drop(text.remove(at)),
                _ => text.truncate(at.max(text.len() / 2)),
            }
        }
        let text = String::from_utf8(text).expect("only ASCII is put in");
        let problem = if case % 2 == 0 {
            vrptw::Instance::read(&text, None).map(|instance| instance.problem(Convention::Trunc1))
        } else {
            trsp::Instance::read(&text).map(|instance| instance.problem())
        };
        if let Ok(problem) = problem {
            sound::assert_sound(&problem);
            read += 1;
        }
    }
    assert!(read > 0, "some damage does no harm");
}

#[test]
fn every_public_instance_is_read() {
    let Some(data) = benchmark_data() else { return };
    let mut read = 0;
    for folder in ["solomon/instances", "gehring_homberger/n200", "pillac_trsp/crew25"] {
        for entry in std::fs::read_dir(data.join(folder)).expect("the folder is there") {
            let path = entry.expect("readable").path();
            let text = std::fs::read_to_string(&path).expect("readable");
            let problem = if folder.starts_with("pillac") {
                trsp::Instance::read(&text).map(|instance| instance.problem())
            } else {
                vrptw::Instance::read(&text, None).map(|instance| instance.problem(Convention::Trunc1))
            };
            let problem = problem.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            sound::assert_sound(&problem);
            read += 1;
        }
    }
    assert_eq!(read, 29 + 6 + 29);
}
