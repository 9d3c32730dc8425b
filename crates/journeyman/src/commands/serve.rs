//! `serve`: the gRPC server with health, reflection, metrics and logs, until a signal tells it to stop.

pub(super) mod signals;

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use journeyman_api::wire::FILE_DESCRIPTOR_SET;
use journeyman_api::wire::scheduler_server::SchedulerServer;
use journeyman_api::{Limits, SchedulerConfig, SchedulerService, describe_metrics, services};
use journeyman_board::{CourierParams, HttpPermitOffice, PermitOffice, PollerParams, Webhooks};
use journeyman_store::{Location, Store, StoreError};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tonic::service::Routes;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic_health::ServingStatus;

use self::signals::Signals;
use crate::args::{PermitOfficeArgs, ServeArgs};
use crate::failure::{Failure, Outcome};
use crate::log::start_log;
use crate::roads::KnownRoads;

/// A connection that says nothing for so long is asked whether it still lives.
const KEEPALIVE_EVERY: Duration = Duration::from_secs(60);
/// How long the store may take to let go of the boards.
const LEAVING_MAX: Duration = Duration::from_secs(5);
/// Upper ends of the histograms of times, in seconds.
const SECONDS_BUCKETS: [f64; 11] = [0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0];

/// Serves until SIGTERM or SIGINT.
pub(crate) fn run(arguments: &ServeArgs) -> Result<Outcome, Failure> {
    start_log(&arguments.log, arguments.log_format)?;
    let known = KnownRoads::of(&arguments.roads)?;
    if let Some(roads) = known.roads() {
        tracing::info!(roads = roads.source().identity(), "days without a matrix are driven on roads");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let served = runtime.block_on(serve(arguments, &known));
    // Solves that outlive their grace hold threads of their own; they end with the process.
    runtime.shutdown_background();
    served.map(|()| Outcome::Done)
}

async fn serve(arguments: &ServeArgs, known: &KnownRoads) -> Result<(), Failure> {
    if let Some(address) = arguments.metrics_listen {
        export_metrics(address)?;
    }
    let mut signals = Signals::new()?;
    let listener =
        TcpListener::bind(arguments.listen).await.map_err(|error| cannot_listen(arguments.listen, &error))?;
    let address = listener.local_addr()?;
    let location = arguments.store.location();
    let refused = |error: StoreError| Failure::input(arguments.store.refusal(&error));
    let store = Store::open(&location, store_limits(arguments)).await.map_err(refused)?;
    if location == Location::Memory {
        tracing::info!("boards last as long as this process: no --data, no --database-url");
    }
    let scheduler = SchedulerService::open(config(arguments, known)?, store).await.map_err(refused)?;
    let (health, health_server) = tonic_health::server::health_reporter();
    health.set_serving::<SchedulerServer<SchedulerService>>().await;
    let routes = add_reflection(services(scheduler.clone()).add_service(health_server))?;

    // Whoever started the server need not listen to what it says.
    let _ = writeln!(io::stdout(), "listening on {address}").and_then(|()| io::stdout().flush());
    tracing::info!(%address, "listening");
    let (stopping, stopped) = oneshot::channel();
    let closing = scheduler.clone();
    let signal = async move {
        signals.next().await;
        tracing::info!("stopping: running solves answer with the best plan they have");
        health.set_service_status("", ServingStatus::NotServing).await;
        health.set_not_serving::<SchedulerServer<SchedulerService>>().await;
        closing.close();
        // The receiver waits as long as this future is polled.
        let _ = stopping.send(signals);
    };
    let too_late = async {
        let Ok(mut signals) = stopped.await else { return std::future::pending().await };
        tokio::select! {
            () = tokio::time::sleep(arguments.stop_time_max) => {}
            () = signals.next() => {}
        }
        // Clients that do not answer hold their connections open; only calls are worth waiting for.
        if scheduler.is_idle() {
            Ok(())
        } else {
            Err(anyhow!("calls were still running when the server stopped"))
        }
    };
    let server = Server::builder()
        .http2_keepalive_interval(Some(KEEPALIVE_EVERY))
        .max_concurrent_streams(arguments.streams_max)
        .add_routes(routes);
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
    let ended = tokio::select! {
        served = server.serve_with_incoming_shutdown(incoming, signal) => {
            served.map_err(|error| Failure::Internal(error.into()))
        }
        ended = too_late => ended.map_err(Failure::Internal),
    };
    scheduler.close();
    // A database that does not answer must not keep the process; its leases lapse.
    if tokio::time::timeout(LEAVING_MAX, scheduler.leave()).await.is_err() {
        tracing::warn!("the store is left as it is");
    }
    ended
}

/// Ids may be as long in the journal as in a request, and a day as large.
fn store_limits(arguments: &ServeArgs) -> journeyman_store::Limits {
    journeyman_store::Limits {
        id_bytes_max: Limits::default().text_bytes,
        body_bytes_max: arguments.message_bytes_max.max(journeyman_store::Limits::default().body_bytes_max),
        ..journeyman_store::Limits::default()
    }
}

/// Serves Prometheus' text on every path of its own address.
fn export_metrics(address: SocketAddr) -> Result<(), Failure> {
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS_BUCKETS)
        .and_then(|builder| builder.with_http_listener(address).install())
        .map_err(|error| cannot_listen(address, &error))?;
    describe_metrics();
    Ok(())
}

/// Both versions of the protocol: older clients know only the first.
fn add_reflection(routes: Routes) -> Result<Routes, Failure> {
    let build = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(FILE_DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
            // With it, clients show the details of errors in words.
            .register_encoded_file_descriptor_set(tonic_types::pb::FILE_DESCRIPTOR_SET)
    };
    let built = || -> Result<Routes, tonic_reflection::server::Error> {
        Ok(routes.add_service(build().build_v1()?).add_service(build().build_v1alpha()?))
    };
    built().context("the contract's own description").map_err(Failure::Internal)
}

fn cannot_listen(address: SocketAddr, error: &dyn Display) -> Failure {
    Failure::input(format!("cannot listen on {address}: {error}"))
}

/// What the command line says; limits without a flag keep their defaults.
fn config(arguments: &ServeArgs, known: &KnownRoads) -> Result<SchedulerConfig, Failure> {
    let webhooks = match (&arguments.webhook_url, &arguments.webhook_secret) {
        (Some(url), Some(secret)) => {
            let webhooks = Webhooks::to(url, secret, arguments.webhook_time_max);
            Some(Arc::new(webhooks.map_err(|error| Failure::input(format!("--webhook-url: {error}")))?))
        }
        _ => None,
    };
    let courier = CourierParams { attempt_max: arguments.webhook_time_max, ..CourierParams::default() };
    Ok(SchedulerConfig {
        limits: Limits {
            message_bytes: arguments.message_bytes_max,
            visits: arguments.visits_max,
            shifts: arguments.shifts_max,
            windows: arguments.windows_max,
            horizon_days: arguments.horizon_days_max,
            solve_time: arguments.solve_time_max,
            solve_time_default: arguments.solve_time_default,
            threads: arguments.threads_max,
            ..known.limits()
        },
        workers: arguments.solves_max.get(),
        queue: arguments.queue_max,
        lease_ttl: arguments.lease_time,
        webhooks,
        courier,
        permit_offices: permit_offices(&arguments.permits)?,
        poller: PollerParams { every: arguments.permits.permit_poll_every },
        replay_dir: arguments.replay_dir.clone(),
        ..SchedulerConfig::default()
    })
}

/// Offices by jurisdiction, each once.
fn permit_offices(arguments: &PermitOfficeArgs) -> Result<BTreeMap<String, Arc<dyn PermitOffice>>, Failure> {
    let mut offices = BTreeMap::new();
    for address in &arguments.permit_status {
        let jurisdiction = &address.jurisdiction;
        let refused = |why: &dyn Display| Failure::input(format!("--permit-status {jurisdiction}: {why}"));
        let office = HttpPermitOffice::at(&address.url, arguments.permit_time_max);
        let office: Arc<dyn PermitOffice> = Arc::new(office.map_err(|error| refused(&error))?);
        if offices.insert(jurisdiction.clone(), office).is_some() {
            return Err(refused(&"is given twice"));
        }
    }
    Ok(offices)
}
