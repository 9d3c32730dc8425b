//! The courier: takes effects of the boards that this process leads out of the outbox, and keeps trying until they are
//! delivered or buried as dead letters.

use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use journeyman_store::{Claim, ClaimedEffect, Failure, Store, StoreError};
use tokio::task::JoinSet;

use crate::clock::unix_micros;
use crate::webhook::{Undelivered, Webhooks};

/// How effects are delivered.
#[derive(Clone, Copy, Debug)]
pub struct CourierParams {
    /// Deliveries at once, each of another work order. Default 16.
    pub at_once: usize,
    /// How often the outbox is looked at while it is empty. Default 200 ms.
    pub period: Duration,
    /// An attempt that does not end in this time is given up, and the effect may be taken again. Default 20 s.
    pub attempt_max: Duration,
    /// The wait after the first failure; each further one is four times as long. Default 5 s.
    pub retry_min: Duration,
    /// The longest wait between two attempts. Default 6 h.
    pub retry_max: Duration,
}

impl Default for CourierParams {
    fn default() -> Self {
        Self {
            at_once: 16,
            period: Duration::from_millis(200),
            attempt_max: Duration::from_secs(20),
            retry_min: Duration::from_secs(5),
            retry_max: Duration::from_secs(6 * 3_600),
        }
    }
}

/// A courier of one process.
#[derive(Debug)]
pub struct Courier {
    store: Store,
    /// Only effects of boards that this owner leads.
    owner: String,
    webhooks: Arc<Webhooks>,
    params: CourierParams,
}

impl Courier {
    /// A courier for the boards that an owner leads.
    pub fn new(store: Store, owner: &str, webhooks: Arc<Webhooks>, params: CourierParams) -> Self {
        Self { store, owner: owner.to_owned(), webhooks, params }
    }

    /// Delivers until the store is closed.
    pub async fn run(self) {
        loop {
            match self.round().await {
                Ok(0) => tokio::time::sleep(self.params.period).await,
                Ok(_) => {}
                Err(StoreError::Closed) => return,
                Err(error) => {
                    tracing::warn!(%error, "the outbox is not read");
                    tokio::time::sleep(self.params.retry_min).await;
                }
            }
        }
    }

    /// Takes what is due and delivers it; how much that was.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn round(&self) -> Result<usize, StoreError> {
        let claim = Claim {
            leader: Some(self.owner.clone()),
            now: unix_micros(),
            // Longer than the attempt, so that nobody else takes what is still under way.
            timeout: self.params.attempt_max * 2,
            effects_max: self.params.at_once,
        };
        let claimed = self.store.claim(&claim).await?;
        let taken = claimed.len();
        let mut attempts = JoinSet::new();
        for effect in claimed {
            let webhooks = Arc::clone(&self.webhooks);
            attempts.spawn_blocking(move || {
                let delivered = webhooks.deliver(&effect);
                (effect, delivered)
            });
        }
        while let Some(attempt) = attempts.join_next().await {
            // An attempt that panicked counts as one that never ended.
            let Ok((effect, delivered)) = attempt else { continue };
            match delivered {
                Ok(()) => self.store.acknowledge(&[effect], unix_micros()).await?,
                Err(undelivered) => self.put_off(&effect, undelivered).await?,
            }
        }
        Ok(taken)
    }

    async fn put_off(&self, claimed: &ClaimedEffect, undelivered: Undelivered) -> Result<(), StoreError> {
        let wait = self.wait_after(claimed.attempt).max(undelivered.retry_after.unwrap_or_default());
        let now = unix_micros();
        let (board, key, why) = (&claimed.board, &claimed.effect.key, &undelivered.why);
        tracing::warn!(board, key, attempt = claimed.attempt, why, "an effect is not delivered");
        let failure =
            Failure { next_attempt: now.after(wait.min(self.params.retry_max)), error: undelivered.why, now };
        self.store.fail(claimed, &failure).await?;
        Ok(())
    }

    /// The wait after so many attempts, spread so that not all come back at once.
    fn wait_after(&self, attempts: u32) -> Duration {
        let waits = ExponentialBuilder::default()
            .with_min_delay(self.params.retry_min)
            .with_max_delay(self.params.retry_max)
            .with_factor(4.0)
            .with_jitter()
            .without_max_times();
        let before = usize::try_from(attempts.saturating_sub(1)).unwrap_or(usize::MAX);
        waits.build().nth(before).unwrap_or(self.params.retry_max)
    }
}
