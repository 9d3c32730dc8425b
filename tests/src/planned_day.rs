//! A small day that a server of its own has planned.

use std::time::Duration;

use journeyman_api::wire;

use crate::{Server, small_day};

/// A planned day, and the server that planned it.
pub struct PlannedDay {
    /// The server.
    pub server: Server,
    /// The day.
    pub problem: wire::Problem,
    /// Its plan.
    pub plan: wire::Plan,
}

impl PlannedDay {
    /// Five technicians and twenty visits, the same plan each time.
    ///
    /// # Panics
    /// Where the server does not answer.
    pub async fn new() -> Self {
        let server = Server::start(&[]);
        let options = wire::SolveOptions {
            time_limit: Some(Duration::from_secs(60).into()),
            iterations_max: Some(300),
            ..wire::SolveOptions::default()
        };
        let day = wire::SolveRequest { options: Some(options), ..small_day(5, 20, 3) };
        let problem = day.problem.clone().expect("a problem");
        let answer = server.scheduler().await.solve(day).await.expect("an answer").into_inner();
        Self { server, problem, plan: answer.plan.expect("a plan") }
    }

    /// So many minutes into the first route that is planned.
    ///
    /// # Panics
    /// Where nothing is planned.
    pub fn at(&self, minutes: i64) -> wire::Timestamp {
        let departure = self.plan.routes[0].departure_time.expect("a departure");
        wire::Timestamp { seconds: departure.seconds + 60 * minutes, nanos: 0 }
    }

    /// What happens to the day as it is planned.
    pub fn request(&self, events: Vec<wire::Event>) -> wire::ReassignRequest {
        let day = wire::PlannedDay { problem: Some(self.problem.clone()), plan: Some(self.plan.clone()) };
        wire::ReassignRequest {
            basis: Some(wire::PlanBasis { basis: Some(wire::plan_basis::Basis::Day(day)) }),
            events,
            ..wire::ReassignRequest::default()
        }
    }

    /// The answer to it.
    ///
    /// # Errors
    /// What the server refuses.
    pub async fn reassign(&self, events: Vec<wire::Event>) -> Result<wire::ReassignResponse, tonic::Status> {
        let answer = self.server.scheduler().await.reassign(self.request(events)).await;
        answer.map(tonic::Response::into_inner)
    }

    /// A call for work like that of some visit, at the same place.
    pub fn call(&self, id: &str) -> wire::event::Kind {
        let like = &self.problem.work_orders[0].visits[0];
        let visit = wire::Visit { id: id.to_owned(), time_windows: Vec::new(), ..like.clone() };
        let order = wire::WorkOrder { id: format!("WO-{id}"), visits: vec![visit], ..Default::default() };
        wire::event::Kind::CallReceived(wire::CallReceived { work_order: Some(order), ..Default::default() })
    }
}
