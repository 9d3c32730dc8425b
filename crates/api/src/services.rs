//! All services of the contract as one set of routes: what is not built yet is refused by name.

use http::{Response, Uri};
use tonic::body::Body;
use tonic::service::Routes;

use crate::scheduler::{SchedulerService, not_built};

/// The services that are built, and for everything else an UNIMPLEMENTED that names the RPC.
pub fn services(scheduler: SchedulerService) -> Routes {
    let boards = scheduler.boards().into_server();
    Routes::new(scheduler.into_server()).add_service(boards).into_axum_router().fallback(refuse).into()
}

async fn refuse(rpc: Uri) -> Response<Body> {
    // A path is `/journeyman.v1.WorkOrders/TakeCall`.
    let name = rpc.path().trim_start_matches('/').trim_start_matches("journeyman.v1.").replacen('/', ".", 1);
    not_built(&name).into_http()
}
