//! Appends that wait at the same time share one transaction, and so one wait for the disk.
//!
//! A lane is a task that commits; a board always goes to the same one, so its appends stay in the order in which they
//! were asked for.

use sqlx::AnyConnection;
use sqlx::Connection as _;
use tokio::sync::{mpsc, oneshot};

use crate::append::{self, Append, Outcome};
use crate::database::Database;
use crate::error::StoreError;
use crate::limits::Limits;

type Answer = Result<Outcome, StoreError>;

struct Job {
    append: Append,
    answer: oneshot::Sender<Answer>,
}

/// The ways into the lanes. When the last clone is gone, the lanes finish what waits and end.
#[derive(Clone, Debug)]
pub(crate) struct Lanes {
    lanes: Vec<mpsc::Sender<Job>>,
    queued_max: usize,
}

impl Lanes {
    /// Starts the tasks on the runtime of the caller.
    pub(crate) fn start(database: &Database, limits: &Limits) -> Self {
        let start_lane = |_| {
            let (sender, receiver) = mpsc::channel(limits.queued_max.max(1));
            tokio::spawn(run(database.clone(), limits.batch_max.max(1), receiver));
            sender
        };
        let lanes = (0..database.lanes()).map(start_lane).collect();
        Self { lanes, queued_max: limits.queued_max.max(1) }
    }

    /// Waits until the append is durable or refused. Its place in the board's order is taken when this is called, and a
    /// caller that stops waiting does not take it back.
    pub(crate) async fn commit(&self, append: Append) -> Answer {
        let (answer, answered) = oneshot::channel();
        let lane = crc32fast::hash(append.board.as_bytes()) as usize % self.lanes.len();
        match self.lanes[lane].try_send(Job { append, answer }) {
            Ok(()) => answered.await.unwrap_or(Err(StoreError::Closed)),
            Err(mpsc::error::TrySendError::Full(_)) => {
                Err(StoreError::Overloaded { queued_max: self.queued_max })
            }
            Err(mpsc::error::TrySendError::Closed(_)) => Err(StoreError::Closed),
        }
    }
}

async fn run(database: Database, batch_max: usize, mut queue: mpsc::Receiver<Job>) {
    let mut batch = Vec::with_capacity(batch_max);
    while queue.recv_many(&mut batch, batch_max).await > 0 {
        // All transactions lock boards in the order of their ids, so two processes never wait for each other in a
        // circle. The sort is stable: a board's appends keep their order.
        batch.sort_by(|a: &Job, b: &Job| a.append.board.cmp(&b.append.board));
        let answers = match commit(&database, &batch).await {
            Ok(answers) => answers,
            Err(error) => batch.iter().map(|_| Err(error.clone())).collect(),
        };
        for (job, answer) in batch.drain(..).zip(answers) {
            // A caller may have stopped waiting.
            let _ = job.answer.send(answer);
        }
    }
}

/// One transaction; an error means that all of it failed.
async fn commit(database: &Database, batch: &[Job]) -> Result<Vec<Answer>, StoreError> {
    let mut connection = database.writer().await?;
    let answers = write(&mut connection, database.begin(), batch).await;
    if answers.is_err() {
        // Some failures end a transaction inside the database, and the connection's count of open ones is off then.
        connection.close_on_drop();
    }
    answers
}

async fn write(
    connection: &mut AnyConnection,
    begin: &'static str,
    batch: &[Job],
) -> Result<Vec<Answer>, StoreError> {
    let mut transaction = connection.begin_with(begin).await?;
    if let [alone] = batch {
        // The transaction is all that may have to be undone.
        let answer = append::write(&mut transaction, &alone.append).await;
        match answer {
            Ok(Outcome::Appended(_)) => transaction.commit().await?,
            Ok(Outcome::Repeated { .. }) | Err(_) => transaction.rollback().await?,
        }
        return Ok(vec![answer]);
    }
    let mut answers = Vec::with_capacity(batch.len());
    for job in batch {
        // What one append did is undone alone when it is refused; the others go on.
        let mut savepoint = transaction.begin().await?;
        let answer = append::write(&mut savepoint, &job.append).await;
        match answer {
            Ok(Outcome::Appended(_)) => savepoint.commit().await?,
            Ok(Outcome::Repeated { .. }) | Err(_) => savepoint.rollback().await?,
        }
        answers.push(answer);
    }
    transaction.commit().await?;
    Ok(answers)
}
