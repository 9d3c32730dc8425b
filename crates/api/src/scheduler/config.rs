//! How much the service takes on at once.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use journeyman_board::{CourierParams, PermitOffice, PollerParams, Webhooks};

use crate::Limits;

/// Limits and places of the service.
#[derive(Clone, Debug)]
pub struct SchedulerConfig {
    /// What one request may bring.
    pub limits: Limits,
    /// Solves at once. Default 1: each takes the threads that it asks for.
    pub workers: usize,
    /// Calls that may wait for a worker; one more is refused. Default 16.
    pub queue: usize,
    /// Answers kept for repeated request ids. Default 256.
    pub answers: usize,
    /// Boards at once. Default 64.
    pub boards: usize,
    /// How long the lease on a board holds without being renewed: a process that died is replaced after it. Default 6 s.
    pub lease_ttl: Duration,
    /// Where effects go; none: they wait in the outbox.
    pub webhooks: Option<Arc<Webhooks>>,
    /// How they are delivered.
    pub courier: CourierParams,
    /// Offices that are asked how filed permits stand, by jurisdiction; permits of others are told by people.
    pub permit_offices: BTreeMap<String, Arc<dyn PermitOffice>>,
    /// How they are asked.
    pub poller: PollerParams,
    /// Where the day of a plan that failed its check is kept for replay; none: it goes into the log.
    pub replay_dir: Option<PathBuf>,
}

impl Default for SchedulerConfig {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            workers: 1,
            queue: 16,
            answers: 256,
            boards: 64,
            lease_ttl: Duration::from_secs(6),
            webhooks: None,
            courier: CourierParams::default(),
            permit_offices: BTreeMap::new(),
            poller: PollerParams::default(),
            replay_dir: None,
        }
    }
}
