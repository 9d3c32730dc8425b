//! All services of the contract as one set of routes.

use tonic::service::Routes;

use crate::scheduler::SchedulerService;

/// Every service of the contract, on the boards of a scheduler.
pub fn services(scheduler: SchedulerService) -> Routes {
    let (boards, cycle) = (scheduler.boards().into_server(), scheduler.cycle());
    cycle.add_to(Routes::new(scheduler.into_server()).add_service(boards))
}
