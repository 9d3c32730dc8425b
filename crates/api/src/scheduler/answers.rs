//! Answers kept by request id, so that a repeated call gets the first answer again.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use prost::Message;
use rustc_hash::FxHashMap;
use tokio::sync::OnceCell;
use tonic::Status;

use super::status::request_id_reused;
use crate::wire;

/// An answer, or the promise of one.
type Slot = Arc<OnceCell<wire::SolveResponse>>;

/// The last answers, as many as configured; the oldest goes first.
#[derive(Clone, Debug)]
pub(crate) struct Answers {
    kept: Arc<Mutex<Kept>>,
    most: usize,
}

#[derive(Debug, Default)]
struct Kept {
    by_id: FxHashMap<String, (u64, Slot)>,
    order: VecDeque<String>,
}

impl Answers {
    pub(crate) fn new(most: usize) -> Self {
        Self { kept: Arc::default(), most }
    }

    /// The slot of a request: the one that an earlier call with this id has filled or is filling.
    ///
    /// Errors are not kept: the next call with the id tries again.
    pub(crate) fn slot(&self, request: &wire::SolveRequest) -> Result<Slot, Status> {
        if request.request_id.is_empty() || self.most == 0 {
            return Ok(Slot::default());
        }
        let content = fingerprint(&request.encode_to_vec());
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, slot)) = kept.by_id.get(&request.request_id) {
            return if *known == content { Ok(Arc::clone(slot)) } else { Err(request_id_reused()) };
        }
        while kept.order.len() >= self.most {
            if let Some(oldest) = kept.order.pop_front() {
                kept.by_id.remove(&oldest);
            }
        }
        let slot = Slot::default();
        kept.order.push_back(request.request_id.clone());
        kept.by_id.insert(request.request_id.clone(), (content, Arc::clone(&slot)));
        Ok(slot)
    }
}

/// Tells contents apart; the same within one build of the server.
pub(crate) fn fingerprint(content: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(content);
    hasher.finish()
}
