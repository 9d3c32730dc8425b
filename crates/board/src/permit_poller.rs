//! The poller: asks offices of jurisdictions how the permits stand that are filed with them, and hands the answers on.
//!
//! Each office has a poller of its own, so that none waits for another.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use tokio::time::Instant;

use crate::permit_office::PermitOffice;

/// The longest wait after failures, in periods.
const PERIODS_MAX: u32 = 16;

/// A permit that its jurisdiction has yet to decide.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct FiledPermit {
    /// The board that it is on.
    pub board: String,
    /// Its id there.
    pub permit: String,
}

/// Whoever keeps the permits: knows which are filed, and understands answers.
pub trait PermitClerk: Send + Sync {
    /// Permits that are filed with a jurisdiction, on boards that this process leads now; none once there are no boards
    /// to come either.
    fn filed(&self, jurisdiction: &str) -> Option<Vec<FiledPermit>>;

    /// Writes down what an office says about a permit, if that is news. Waits: not on a thread of the runtime.
    ///
    /// # Errors
    /// Why the answer is not understood or not accepted, for people.
    fn hear(&self, filed: &FiledPermit, answer: &[u8]) -> Result<(), String>;
}

/// How offices are asked.
#[derive(Clone, Copy, Debug)]
pub struct PollerParams {
    /// How often each filed permit is asked about. After a failure the wait is once or twice as long, doubled with each
    /// further one, up to sixteen times. Default 15 min.
    pub every: Duration,
}

impl Default for PollerParams {
    fn default() -> Self {
        Self { every: Duration::from_secs(15 * 60) }
    }
}

/// The poller of one office.
pub struct PermitPoller {
    jurisdiction: String,
    office: Arc<dyn PermitOffice>,
    clerk: Arc<dyn PermitClerk>,
    params: PollerParams,
    /// What was asked about and is still filed.
    asked: BTreeMap<FiledPermit, Asked>,
    /// Failures of the office as such since it last answered.
    failures: u32,
}

impl std::fmt::Debug for PermitPoller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PermitPoller").field("jurisdiction", &self.jurisdiction).finish_non_exhaustive()
    }
}

/// How asking about a permit goes.
#[derive(Clone, Copy, Debug)]
struct Asked {
    /// Failures in a row.
    failures: u32,
    /// When it may be asked about again.
    next: Instant,
}

/// How one question went.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Outcome {
    /// Answered, and understood.
    Heard,
    /// Answered, but of no use: this permit has to wait.
    Useless(String),
    /// Not answered: the office has to be left alone, for so long if it said.
    Silent(String, Option<Duration>),
}

impl PermitPoller {
    /// For permits of a jurisdiction.
    pub fn new(
        jurisdiction: &str,
        office: Arc<dyn PermitOffice>,
        clerk: Arc<dyn PermitClerk>,
        params: PollerParams,
    ) -> Self {
        let (asked, failures) = (BTreeMap::new(), 0);
        Self { jurisdiction: jurisdiction.to_owned(), office, clerk, params, asked, failures }
    }

    /// Asks as long as there are boards.
    pub async fn run(mut self) {
        loop {
            let Some(filed) = self.clerk.filed(&self.jurisdiction) else { return };
            let wait = self.round(filed).await;
            tokio::time::sleep(wait).await;
        }
    }

    /// Asks about every permit that is due, one after the other, until the office fails; how long to wait then.
    async fn round(&mut self, filed: Vec<FiledPermit>) -> Duration {
        for permit in self.due(filed) {
            match self.ask(&permit).await {
                Outcome::Heard => {
                    self.failures = 0;
                    self.asked.insert(permit, Asked { failures: 0, next: Instant::now() });
                }
                Outcome::Useless(why) => {
                    self.failures = 0;
                    let wait = self.put_off(&permit);
                    let (board, id) = (permit.board, permit.permit);
                    tracing::warn!(board, permit = id, why, ?wait, "what the office says is not taken");
                }
                Outcome::Silent(why, retry_after) => {
                    self.failures = self.failures.saturating_add(1);
                    self.put_off(&permit);
                    let longest = self.params.every.saturating_mul(PERIODS_MAX);
                    let wait = self.wait_after(self.failures);
                    let wait = wait.max(retry_after.unwrap_or_default().min(longest));
                    let (jurisdiction, id) = (&self.jurisdiction, permit.permit);
                    tracing::warn!(jurisdiction, permit = id, why, ?wait, "the office does not answer");
                    return wait;
                }
            }
        }
        self.params.every
    }

    /// What may be asked about now, the longest due first: one permit that always fails must not keep the others from
    /// being asked about.
    fn due(&mut self, filed: Vec<FiledPermit>) -> Vec<FiledPermit> {
        let still: BTreeSet<&FiledPermit> = filed.iter().collect();
        self.asked.retain(|permit, _| still.contains(permit));
        let now = Instant::now();
        let next = |permit: &FiledPermit| self.asked.get(permit).map(|asked| asked.next);
        let mut due: Vec<FiledPermit> =
            filed.into_iter().filter(|permit| next(permit).is_none_or(|next| next <= now)).collect();
        // Those never asked about come first.
        due.sort_by_key(|permit| next(permit));
        due
    }

    async fn ask(&self, permit: &FiledPermit) -> Outcome {
        let (office, clerk, permit) = (Arc::clone(&self.office), Arc::clone(&self.clerk), permit.clone());
        let asked = tokio::task::spawn_blocking(move || match office.ask(&permit.permit) {
            Ok(answer) => clerk.hear(&permit, &answer).map_or_else(Outcome::Useless, |()| Outcome::Heard),
            Err(unanswered) => Outcome::Silent(unanswered.why, unanswered.retry_after),
        });
        asked.await.unwrap_or_else(|panicked| Outcome::Useless(panicked.to_string()))
    }

    /// One more failure of a permit; how long it waits.
    fn put_off(&mut self, permit: &FiledPermit) -> Duration {
        let failures = self.asked.get(permit).map_or(0, |asked| asked.failures).saturating_add(1);
        let wait = self.wait_after(failures);
        self.asked.insert(permit.clone(), Asked { failures, next: Instant::now() + wait });
        wait
    }

    /// The wait after so many failures, spread so that not all come back at once.
    fn wait_after(&self, failures: u32) -> Duration {
        let longest = self.params.every.saturating_mul(PERIODS_MAX);
        let waits = ExponentialBuilder::default()
            .with_min_delay(self.params.every)
            .with_max_delay(longest)
            .with_factor(2.0)
            .with_jitter()
            .without_max_times();
        let before = usize::try_from(failures.saturating_sub(1)).unwrap_or(usize::MAX);
        waits.build().nth(before).unwrap_or(longest).min(longest)
    }
}
