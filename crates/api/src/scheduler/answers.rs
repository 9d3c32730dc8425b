//! Answers kept by request id, so that a repeated call gets the first answer again.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use prost::Message;
use rustc_hash::FxHashMap;
use tokio::sync::OnceCell;
use tonic::Status;

use super::status::request_id_reused;
use crate::boards::digest;

/// An answer, or the promise of one.
type Slot<T> = Arc<OnceCell<T>>;

/// The last answers of one RPC, as many as configured; the oldest goes first.
#[derive(Debug)]
pub(crate) struct Answers<T> {
    kept: Arc<Mutex<Kept<T>>>,
    most: usize,
}

impl<T> Clone for Answers<T> {
    fn clone(&self) -> Self {
        Self { kept: Arc::clone(&self.kept), most: self.most }
    }
}

#[derive(Debug)]
struct Kept<T> {
    by_id: FxHashMap<String, ([u8; 32], Slot<T>)>,
    order: VecDeque<String>,
}

impl<T> Answers<T> {
    pub(crate) fn new(most: usize) -> Self {
        let kept = Kept { by_id: FxHashMap::default(), order: VecDeque::new() };
        Self { kept: Arc::new(Mutex::new(kept)), most }
    }

    /// The slot of a request: the one that an earlier call with this id has filled or is filling.
    ///
    /// Errors are not kept: the next call with the id tries again.
    pub(crate) fn slot(&self, request_id: &str, request: &impl Message) -> Result<Slot<T>, Status> {
        if request_id.is_empty() || self.most == 0 {
            return Ok(Slot::new(OnceCell::new()));
        }
        let content = digest(&request.encode_to_vec());
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, slot)) = kept.by_id.get(request_id) {
            return if *known == content { Ok(Arc::clone(slot)) } else { Err(request_id_reused()) };
        }
        while kept.order.len() >= self.most {
            if let Some(oldest) = kept.order.pop_front() {
                kept.by_id.remove(&oldest);
            }
        }
        let slot = Slot::new(OnceCell::new());
        kept.order.push_back(request_id.to_owned());
        kept.by_id.insert(request_id.to_owned(), (content, Arc::clone(&slot)));
        Ok(slot)
    }
}
