//! A small day, put together by hand, planned over gRPC: who goes where, what is promised, what waits and why.
//!
//! `make example name=solve_a_day`

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use journeyman_api::wire::scheduler_client::SchedulerClient;
use journeyman_api::wire::{
    Break, Coordinates, Duration, Jurisdiction, License, LicenseClass, Permit, PermitState, Place, Plan,
    Problem, Shift, Skill, SkillRequirement, SolveOptions, SolveRequest, Technician, TimeWindow, Timestamp,
    Visit, WorkOrder, stop,
};
use journeyman_examples::start_server;

/// Midnight of Monday, 2026-03-02, in St. George, Utah.
const MIDNIGHT: i64 = 1_772_434_800;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let server = start_server().await?;
    let mut scheduler = SchedulerClient::connect(server.uri.clone()).await?;

    let request = SolveRequest {
        problem: Some(day()),
        options: Some(SolveOptions {
            time_limit: Some(Duration::from_seconds(1)),
            ..SolveOptions::default()
        }),
        ..SolveRequest::default()
    };
    println!("sending a day of 3 technicians and 6 visits to {}", server.uri);
    let response = scheduler.solve(request).await?.into_inner();
    tell(&response.plan.unwrap_or_default());
    Ok(())
}

/// Three people, five work orders; one permit is not there yet, and one job asks for a skill that nobody has.
fn day() -> Problem {
    Problem {
        start_time: Some(at(0, 0)),
        end_time: Some(at(24, 0)),
        time_zone: "America/Denver".to_owned(),
        places: vec![
            place("yard", 37.1000, -113.5800),
            place("bluff-street", 37.1105, -113.5853),
            place("washington", 37.1305, -113.5083),
            place("ivins", 37.1686, -113.6794),
            place("river-road", 37.0760, -113.5600),
        ],
        jurisdictions: vec![Jurisdiction { id: "utah".to_owned(), ..Jurisdiction::default() }],
        technicians: vec![
            technician("ana", LicenseClass::Master, &["solar"]),
            technician("ben", LicenseClass::Journeyman, &[]),
            technician("carla", LicenseClass::Apprentice, &[]),
        ],
        permits: permits(),
        work_orders: work_orders(),
        ..Problem::default()
    }
}

/// One is there; one is expected in three days.
fn permits() -> Vec<Permit> {
    vec![
        Permit {
            id: "P-77".to_owned(),
            kind: "service-upgrade".to_owned(),
            state: PermitState::Issued.into(),
            issued_time: Some(at(0, 0)),
            ..Permit::default()
        },
        Permit {
            id: "P-78".to_owned(),
            kind: "solar".to_owned(),
            state: PermitState::Filed.into(),
            expected_time: Some(at(3 * 24, 0)),
            ..Permit::default()
        },
    ]
}

/// Six visits.
fn work_orders() -> Vec<WorkOrder> {
    vec![
        order(
            "WO-1",
            vec![Visit {
                permit_ids: vec!["P-77".to_owned()],
                ..visit("upgrade", "bluff-street", LicenseClass::Master, 180)
            }],
        ),
        order(
            "WO-2",
            vec![Visit {
                permit_ids: vec!["P-78".to_owned()],
                ..visit("solar", "ivins", LicenseClass::Master, 120)
            }],
        ),
        order(
            "WO-3",
            vec![
                Visit {
                    mandatory: true,
                    time_windows: vec![window(8, 10)],
                    ..visit("no-power", "washington", LicenseClass::Journeyman, 60)
                },
                visit("inspection", "washington", LicenseClass::Apprentice, 30),
            ],
        ),
        order(
            "WO-4",
            vec![Visit {
                time_windows: vec![window(13, 15)],
                ..visit("lights", "river-road", LicenseClass::Apprentice, 90)
            }],
        ),
        order(
            "WO-5",
            vec![Visit {
                skills: vec![SkillRequirement { skill: "fire-alarm".to_owned(), level_min: None }],
                ..visit("alarm", "ivins", LicenseClass::Journeyman, 60)
            }],
        ),
    ]
}

fn tell(plan: &Plan) {
    for route in &plan.routes {
        println!("{} leaves at {}", route.technician_id, clock(route.departure_time));
        for stop in &route.stops {
            let Some(stop::Kind::Visit(visit)) = &stop.kind else { continue };
            let window = visit.arrival_window.as_ref().and_then(|arrival| arrival.window).unwrap_or_default();
            println!(
                "  {} {}: tell the customer {} to {}",
                clock(stop.start_time),
                visit.visit_id,
                clock(window.start_time),
                clock(window.end_time)
            );
            if let Some(proof) = &visit.license_proof {
                println!("        by law: {}", proof.text);
            }
        }
        println!("  back at {}", clock(route.return_time));
    }
    for left in &plan.unassigned {
        println!("{} is left out: {}", left.visit_id, left.text);
    }
    let bound = plan.bound.unwrap_or_default();
    let (cost, least) = (dollars(bound.cost_micros), dollars(bound.bound_micros));
    println!("the plan costs {cost}; no plan costs less than {least}");
}

fn technician(id: &str, class: LicenseClass, skills: &[&str]) -> Technician {
    Technician {
        id: id.to_owned(),
        licenses: vec![License {
            license_class: class.into(),
            jurisdiction_id: "utah".to_owned(),
            number: format!("UT-{id}"),
            valid_from: "2024-12-01".to_owned(),
            valid_until: "2026-11-30".to_owned(),
            ..License::default()
        }],
        skills: skills.iter().map(|skill| Skill { skill: (*skill).to_owned(), level: None }).collect(),
        home_place_id: "yard".to_owned(),
        shifts: vec![Shift {
            id: format!("{id}-monday"),
            start_time: Some(at(8, 0)),
            end_time: Some(at(19, 0)),
            soft_end_time: Some(at(17, 0)),
            breaks: vec![Break {
                id: "lunch".to_owned(),
                earliest_start_time: Some(at(11, 0)),
                latest_start_time: Some(at(13, 30)),
                duration: Some(Duration::from_seconds(1800)),
            }],
            ..Shift::default()
        }],
        ..Technician::default()
    }
}

fn order(id: &str, visits: Vec<Visit>) -> WorkOrder {
    WorkOrder { id: id.to_owned(), visits, ..WorkOrder::default() }
}

fn visit(id: &str, place: &str, class: LicenseClass, minutes: i64) -> Visit {
    Visit {
        id: id.to_owned(),
        place_id: place.to_owned(),
        jurisdiction_id: "utah".to_owned(),
        service_duration: Some(Duration::from_seconds(minutes * 60)),
        license_class_min: class.into(),
        ..Visit::default()
    }
}

fn place(id: &str, latitude: f64, longitude: f64) -> Place {
    Place { id: id.to_owned(), coordinates: Some(Coordinates { latitude, longitude }) }
}

fn window(from_hour: i64, to_hour: i64) -> TimeWindow {
    TimeWindow { start_time: Some(at(from_hour, 0)), end_time: Some(at(to_hour, 0)) }
}

fn at(hour: i64, minute: i64) -> Timestamp {
    Timestamp::from_seconds(MIDNIGHT + hour * 3600 + minute * 60)
}

fn dollars(micros: i64) -> String {
    format!("${}.{:02}", micros / 1_000_000, micros % 1_000_000 / 10_000)
}

/// The wall clock on the day of the example, which has no change of the clock.
fn clock(time: Option<Timestamp>) -> String {
    let minutes = time.map_or(0, |time| (time.seconds - MIDNIGHT) / 60);
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}
