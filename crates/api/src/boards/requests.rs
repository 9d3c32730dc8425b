//! Requests that are done once: the same id gets the same answer, also from the next process.

use journeyman_store::Request;
use prost::Message;
use sha2::{Digest, Sha256};
use tonic::Status;

use super::answer::BoardRefused;
use super::registry::Registry;
use crate::scheduler::internal;
use crate::violation::Report;

/// What tells a request from others.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Asking {
    id: String,
    digest: [u8; 32],
}

impl Asking {
    /// A request to an RPC by its id, if it has one; `bare` is the request without it.
    pub(crate) fn of(rpc: &str, id: &str, bare: &impl Message) -> Option<Self> {
        if id.is_empty() {
            return None;
        }
        let mut content = rpc.as_bytes().to_vec();
        content.push(0);
        bare.encode(&mut content).expect("a vector grows");
        Some(Self { id: id.to_owned(), digest: digest(&content) })
    }

    /// The request with its answer.
    pub(crate) fn answered(&self, answer: &impl Message) -> Request {
        Request { id: self.id.clone(), digest: self.digest, answer: answer.encode_to_vec() }
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn digest(&self) -> &[u8; 32] {
        &self.digest
    }
}

/// Does the work of a request unless it is done; then it is answered as it was. An id that is too long is refused first.
pub(crate) async fn once<M: Message + Default>(
    registry: &Registry,
    (board, asking): (&str, Option<&Asking>),
    work: impl Future<Output = Result<M, Undone>>,
) -> Result<M, Status> {
    if let Some(asking) = asking {
        let report = Report::new(1);
        report.field("request_id").short_enough(&asking.id, registry.limits().text_bytes);
        report.finish().map_err(|invalid| BoardRefused::from(invalid).status())?;
        if let Some(answer) = registry.answer(board, asking).await? {
            return decode(&answer);
        }
    }
    match work.await {
        Ok(answer) => Ok(answer),
        // Somebody with the same id was faster.
        Err(Undone::Refused(BoardRefused::Repeated(answer))) => decode(&answer),
        Err(undone) => Err(undone.into()),
    }
}

/// Why the work of a request was not done.
pub(crate) enum Undone {
    /// The board refuses it.
    Refused(BoardRefused),
    /// Something else, said already.
    Failed(Status),
}

impl From<Undone> for Status {
    fn from(undone: Undone) -> Self {
        match undone {
            Undone::Refused(refused) => refused.status(),
            Undone::Failed(status) => status,
        }
    }
}

impl From<BoardRefused> for Undone {
    fn from(refused: BoardRefused) -> Self {
        Self::Refused(refused)
    }
}

impl From<Status> for Undone {
    fn from(status: Status) -> Self {
        Self::Failed(status)
    }
}

fn decode<M: Message + Default>(answer: &[u8]) -> Result<M, Status> {
    M::decode(answer).map_err(|_| internal("the answer that was kept for this request id does not read"))
}

/// Tells contents apart, in every version of this program.
pub(crate) fn digest(content: &[u8]) -> [u8; 32] {
    Sha256::digest(content).into()
}
