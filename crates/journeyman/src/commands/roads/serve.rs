//! `roads serve`: a road file behind OSRM's table API, until a signal tells it to stop.

use std::io::{self, Write};
use std::sync::Arc;
use std::thread;

use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use journeyman_travel::{RoadNetwork, SnapRules};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use super::table_api::{Refusal, TableQuery, answer};
use crate::args::RoadServeArgs;
use crate::commands::serve::signals::Signals;
use crate::failure::{Failure, Outcome};
use crate::roads::load;

/// What every request needs.
struct Service {
    roads: RoadNetwork,
    table_max: usize,
    /// Tables that are computed at once: each takes all cores.
    busy: Semaphore,
}

/// Serves until SIGTERM or SIGINT.
pub(crate) fn run(arguments: &RoadServeArgs) -> Result<Outcome, Failure> {
    let rules = SnapRules { meters_max: arguments.road_distance_max, ..SnapRules::default() };
    let roads = load(&arguments.roads, rules)?;
    let service = Arc::new(Service { roads, table_max: arguments.table_max, busy: Semaphore::new(1) });
    let threads = thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(threads.min(4)).enable_all().build()?;
    runtime.block_on(serve(arguments, service))?;
    Ok(Outcome::Done)
}

async fn serve(arguments: &RoadServeArgs, service: Arc<Service>) -> Result<(), Failure> {
    let mut signals = Signals::new()?;
    let listen = arguments.listen;
    let listener = TcpListener::bind(listen)
        .await
        .map_err(|error| Failure::input(format!("cannot listen on {listen}: {error}")))?;
    let address = listener.local_addr()?;
    let routes = Router::new()
        .route("/table/v1/{profile}/{coordinates}", get(table))
        .fallback(unknown)
        .with_state(service);
    // Whoever started the server need not listen to what it says.
    let _ = writeln!(io::stdout(), "listening on {address}").and_then(|()| io::stdout().flush());
    axum::serve(listener, routes)
        .with_graceful_shutdown(async move { signals.next().await })
        .await
        .map_err(Failure::from)
}

/// The profile is of the caller's choosing: there is one only.
async fn table(
    State(service): State<Arc<Service>>,
    Path((_profile, coordinates)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = match TableQuery::read(&coordinates, query.as_deref().unwrap_or(""), service.table_max) {
        Ok(query) => query,
        Err(refusal) => return refused(refusal),
    };
    // It is never closed.
    let Ok(_turn) = service.busy.acquire().await else { return refused(Refusal::broken()) };
    let computing = service.clone();
    match tokio::task::spawn_blocking(move || answer(&computing.roads, &query)).await {
        Ok(Ok(answer)) => respond(StatusCode::OK, &answer),
        Ok(Err(refusal)) => refused(refusal),
        Err(_) => refused(Refusal::broken()),
    }
}

async fn unknown() -> Response {
    refused(Refusal::unknown_service())
}

fn refused(refusal: Refusal) -> Response {
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::BAD_REQUEST);
    respond(status, &json!({ "code": refusal.code, "message": refusal.message }))
}

fn respond(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json; charset=utf-8")], body.to_string()).into_response()
}
