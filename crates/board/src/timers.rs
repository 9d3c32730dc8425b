//! What boards do later: the end of a hold.

use std::time::Duration;

use tokio::runtime::Handle;

/// Sets timers, from any thread. They are lost with the runtime.
#[derive(Clone, Debug)]
pub struct Timers(Handle);

impl Timers {
    /// On the runtime that this is called in.
    ///
    /// # Panics
    /// Outside of one.
    pub fn of_runtime() -> Self {
        Self(Handle::current())
    }

    /// Does something after a while, on a thread that may wait.
    pub fn after(&self, span: Duration, what: impl FnOnce() + Send + 'static) {
        let handle = self.0.clone();
        self.0.spawn(async move {
            tokio::time::sleep(span).await;
            handle.spawn_blocking(what);
        });
    }
}
