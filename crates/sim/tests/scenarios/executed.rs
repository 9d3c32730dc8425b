//! What a driven day is judged by: each rule refuses the day that breaks it alone.

use journeyman_sim::trsp::{
    ExecutedDay, ExecutedRoute, ExecutedStop, ExecutionBreach, Instance, Point, Releases, Stop,
};

/// A technician at (0, 0); request 2 at (10, 0) from 20 on, known; request 3 at (30, 0), released at 40, needs a tool of
/// the depot at (20, 0).
const INSTANCE: &str = "tiny\nCREW COUNT SKILLS TOOLS SPARE PARTS\n1 1 1 1\nID X Y\n\
    0 20 0 0 200 0 [] [] []\n1 0 0 0 200 0 [0] [] [1]\n\
    2 10 0 20 50 5 [0] [] [1]\n3 30 0 0 100 5 [0] [0] [1]\n";
const RELEASES: &str = "# tiny\nID RD\n2 -1\n3 40\n";

fn stop(stop: Stop, from: f64, [departure, arrival, start, end]: [f64; 4]) -> ExecutedStop {
    ExecutedStop { stop, from: Point { x: from, y: 0.0 }, decided: departure, departure, arrival, start, end }
}

/// Served at 20 to 25; called back at 40, at home since 35; then by the depot.
fn day() -> ExecutedDay {
    let stops = vec![
        stop(Stop::Request(2), 0.0, [10.0, 20.0, 20.0, 25.0]),
        stop(Stop::Depot, 0.0, [40.0, 60.0, 60.0, 60.0]),
        stop(Stop::Request(3), 20.0, [60.0, 70.0, 70.0, 75.0]),
    ];
    let last_from = Point { x: 30.0, y: 0.0 };
    let route = ExecutedRoute { technician: 1, stops, last_from, last_departure: 75.0, returned: 105.0 };
    ExecutedDay { routes: vec![route], rejected: Vec::new() }
}

fn judge(day: &ExecutedDay) -> Result<f64, ExecutionBreach> {
    let instance = Instance::read(INSTANCE).expect("readable");
    let releases = Releases::read(RELEASES, &instance).expect("readable");
    instance.executed_time(&releases, day)
}

#[test]
fn working_time_runs_from_the_first_departure_to_the_return() {
    assert_eq!(judge(&day()), Ok(95.0));
    let mut rejecting = day();
    rejecting.routes[0].stops.truncate(1);
    let route = &mut rejecting.routes[0];
    (route.last_from.x, route.last_departure, route.returned) = (10.0, 25.0, 35.0);
    rejecting.rejected = vec![3];
    assert_eq!(judge(&rejecting), Ok(25.0));
}

#[test]
fn every_rule_refuses_the_day_that_breaks_it() {
    type Damage = fn(&mut ExecutedDay);
    let cases: [(Damage, &str); 12] = [
        (|day| day.routes[0].stops[0].departure = 9.0, "decision at 10"),
        (|day| day.routes[0].stops[0].arrival = 19.0, "stop 0: arrival at 19"),
        (|day| day.routes[0].stops[0].start = 19.5, "stop 0: start at 19.5"),
        (|day| day.routes[0].stops[0].end = 24.0, "stop 0: end at 24"),
        (|day| day.routes[0].stops[1].from.x = -6.0, "stop 1: departure at 40"),
        (|day| day.routes[0].stops[2].decided = 39.0, "request 3: decided at 39, known at 40"),
        (|day| day.routes[0].returned = 104.0, "stop 3: return at 104"),
        (|day| day.routes[0].last_departure = 74.0, "stop 3: departure at 74"),
        (|day| day.rejected.push(3), "request 3 is not served or rejected exactly once"),
        (|day| day.routes.clear(), "request 2 is not served or rejected exactly once"),
        (
            |day| {
                let direct = stop(Stop::Request(3), 0.0, [40.0, 70.0, 70.0, 75.0]);
                day.routes[0].stops.splice(1.., [direct]);
            },
            "technician 1 lacks a tool for request 3",
        ),
        (
            |day| {
                let again = stop(Stop::Depot, 20.0, [60.0, 60.0, 60.0, 60.0]);
                day.routes[0].stops.insert(2, again);
            },
            "technician 1 visits the depot twice",
        ),
    ];
    for (damage, words) in cases {
        let mut damaged = day();
        damage(&mut damaged);
        let breach = judge(&damaged).expect_err(words).to_string();
        assert!(breach.contains(words), "{breach} has no {words}");
    }
}
