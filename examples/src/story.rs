//! A planned day to tell stories about: the shipped reference day, solved by a server, and words for what comes back.

use anyhow::Context;
use journeyman_api::json::from_json;
use journeyman_api::wire::boards_client::BoardsClient;
use journeyman_api::wire::scheduler_client::SchedulerClient;
use journeyman_api::wire::{
    Duration, Event, Plan, PlanBasis, PlanDifference, PlannedDay, Problem, ReassignRequest, ReassignResponse,
    Route, SolveOptions, SolveRequest, Timestamp, VisitChange, event, plan_basis, stop,
};
use tonic::transport::Channel;

use crate::{Server, start_server};

const DAY: &str = include_str!("../days/st-george-20x100.json");

/// A day, its plan, and the server that made it.
#[derive(Debug)]
pub struct Story {
    /// A client of the server.
    pub scheduler: SchedulerClient<Channel>,
    /// A client of its boards.
    pub boards: BoardsClient<Channel>,
    /// The day.
    pub problem: Problem,
    /// Its plan.
    pub plan: Plan,
    _server: Server,
}

impl Story {
    /// Starts a server, lets it plan the shipped day for some seconds, and says what came of it. `change` may alter the
    /// day first.
    ///
    /// # Errors
    /// When there is no server, or no answer.
    pub async fn begin(seconds: i64, change: impl FnOnce(&mut Problem)) -> anyhow::Result<Self> {
        let server = start_server().await?;
        let scheduler = SchedulerClient::connect(server.uri.clone()).await?;
        let mut scheduler = scheduler.max_decoding_message_size(64 << 20);
        let boards = BoardsClient::connect(server.uri.clone()).await?.max_decoding_message_size(64 << 20);
        let mut day: SolveRequest = from_json(DAY.as_bytes(), DAY.len())?;
        let mut problem = day.problem.take().context("the day file has a day")?;
        change(&mut problem);
        let options = SolveOptions {
            time_limit: Some(Duration::from_seconds(seconds)),
            threads: Some(2),
            ..SolveOptions::default()
        };
        let request = SolveRequest { problem: Some(problem.clone()), options: Some(options), ..day };
        let plan = scheduler.solve(request).await?.into_inner().plan.context("an answer has a plan")?;
        Ok(Self { scheduler, boards, problem, plan, _server: server })
    }

    /// What a question is about: this day and its plan.
    pub fn basis(&self) -> Option<PlanBasis> {
        let day = PlannedDay { problem: Some(self.problem.clone()), plan: Some(self.plan.clone()) };
        Some(PlanBasis { basis: Some(plan_basis::Basis::Day(day)) })
    }

    /// Answers one event, and looks so many seconds for something better.
    ///
    /// # Errors
    /// What the server says.
    pub async fn answer(
        &mut self,
        time: Timestamp,
        kind: event::Kind,
        seconds: i64,
    ) -> anyhow::Result<ReassignResponse> {
        let event = Event { id: "E-1".to_owned(), event_time: Some(time), kind: Some(kind) };
        let request = ReassignRequest {
            basis: self.basis(),
            events: vec![event],
            improve_for: Some(Duration::from_seconds(seconds)),
            options: Some(SolveOptions { threads: Some(2), ..SolveOptions::default() }),
            ..ReassignRequest::default()
        };
        Ok(self.scheduler.reassign(request).await?.into_inner())
    }

    /// A time of the day.
    pub fn at(&self, hour: i64, minute: i64) -> Timestamp {
        let midnight = self.problem.start_time.map_or(0, |start| start.seconds);
        Timestamp::from_seconds(midnight + 3_600 * hour + 60 * minute)
    }

    /// The clock on the wall, of a day without a change of the clock.
    pub fn clock(&self, time: Option<Timestamp>) -> String {
        let midnight = self.problem.start_time.map_or(0, |start| start.seconds);
        let minutes = time.map_or(0, |time| (time.seconds - midnight) / 60);
        format!("{:02}:{:02}", minutes / 60, minutes % 60)
    }

    /// The route with most visits.
    ///
    /// # Errors
    /// When there is none.
    pub fn busiest(&self) -> anyhow::Result<&Route> {
        self.plan.routes.iter().max_by_key(|route| visits(route).count()).context("somebody works")
    }

    /// A line a change, and what all of them cost.
    pub fn tell(&self, difference: &PlanDifference) -> Vec<String> {
        let slot = |change: &VisitChange, after: bool| {
            let slot = if after { &change.after } else { &change.before };
            slot.as_ref().map_or("nobody".to_owned(), |slot| {
                format!("{} {}", slot.technician_id, self.clock(slot.start_time))
            })
        };
        let mut lines: Vec<String> = difference
            .changes
            .iter()
            .map(|change| {
                let (before, after) = (slot(change, false), slot(change, true));
                format!("  {}: {before} -> {after}  ({})", change.visit_id, change.text)
            })
            .collect();
        let cost = difference.cost_change.unwrap_or_default().total_micros;
        let sign = if cost > 0 { "+" } else { "" };
        lines.push(format!("the plan costs {sign}{} against the one before", dollars(cost)));
        lines
    }
}

/// The visits of a route, by id.
pub fn visits(route: &Route) -> impl Iterator<Item = &str> {
    route.stops.iter().filter_map(|stop| match &stop.kind {
        Some(stop::Kind::Visit(visit)) => Some(visit.visit_id.as_str()),
        _ => None,
    })
}

/// How good a plan is proved to be.
pub fn bound_of(plan: &Plan) -> String {
    let bound = plan.bound.unwrap_or_default();
    let gap = bound.gap.map_or_else(String::new, |gap| format!(", gap {:.1} %", 100.0 * gap));
    format!(
        "{}, and no plan costs less than {}{gap}",
        dollars(bound.cost_micros),
        dollars(bound.bound_micros)
    )
}

/// Micro-dollars as people write them.
pub fn dollars(micros: i64) -> String {
    let cents = micros.abs() / 10_000;
    let sign = if micros < 0 { "-" } else { "" };
    format!("{sign}${}.{:02}", cents / 100, cents % 100)
}
