//! The boards of the server: those that it leads, read from the store and written to it.

mod entries;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use journeyman_board::{
    Board, BoardParams, Boards, Courier, Journal, Keeper, Moved, Opening, PermitPoller, Permits, Snapshot,
    Timers,
};
use journeyman_engine::Session;
use journeyman_store::{Append, Fence, Lease, NewBoard, Store, StoreError, UnixMicros};
use tokio::runtime::Handle;
use tonic::Status;

use super::answer::BoardRefused;
use super::load::load;
use super::papers::Papers;
use super::requests::Asking;
use super::restore::Restored;
use super::written::{BoardScribe, STATE, record, write_state};
use crate::cycle::{Clerk, remind};
use crate::limits::Limits;
use crate::quotes::end_holds_in_time;
use crate::scheduler::{SchedulerConfig, on_own_thread_alone, wall_clock};
use crate::violation::{Report, ViolationCode};
use crate::wire;

/// Answers to requests are kept so long.
const ANSWERS_KEPT: Duration = Duration::from_secs(24 * 3_600);
/// Rounds of lease renewals between two times that old answers are forgotten.
const ROUNDS_PER_PRUNING: u32 = 500;

/// A batch of events as it was sent.
pub(crate) type Record = Vec<wire::Event>;

/// A board and what is kept beside it.
pub(crate) struct Kept {
    pub(crate) board: Arc<Board<Record>>,
    pub(crate) papers: Arc<Papers>,
}

/// A board about to be made.
pub(crate) struct NewBoardAsked {
    pub(crate) papers: Papers,
    pub(crate) session: Session,
    pub(crate) params: BoardParams,
}

/// All boards. Clones share them.
#[derive(Clone)]
pub(crate) struct Registry {
    rooms: Arc<Rooms>,
}

/// All boards, not kept alive.
#[derive(Clone, Debug)]
pub(crate) struct WeakRegistry(Weak<Rooms>);

struct Rooms {
    boards: Boards<Kept>,
    permits: Arc<Permits>,
    store: Store,
    keeper: Keeper,
    limits: Limits,
    timers: Timers,
    /// Held by whoever takes a board in: a second lease of this process would make the first one void.
    taking: tokio::sync::Mutex<()>,
    /// Boards whose journals do not read here, and why.
    unreadable: Mutex<BTreeMap<String, String>>,
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Registry").finish_non_exhaustive()
    }
}

impl WeakRegistry {
    /// The boards, if they are still kept.
    pub(crate) fn upgrade(&self) -> Option<Registry> {
        self.0.upgrade().map(|rooms| Registry { rooms })
    }
}

impl Registry {
    /// What is accepted from callers.
    pub(super) fn limits(&self) -> &Limits {
        &self.rooms.limits
    }

    /// Takes in every board of the store that nobody leads, and from then on those whose leaders die.
    pub(crate) async fn open(store: Store, config: &SchedulerConfig) -> Result<Self, StoreError> {
        let keeper = Keeper::open(store.clone(), config.lease_ttl).await?;
        let rooms = Rooms {
            boards: Boards::new(config.boards),
            permits: Arc::new(Permits::new(config.workers)),
            store,
            keeper,
            limits: config.limits.clone(),
            timers: Timers::of_runtime(),
            taking: tokio::sync::Mutex::default(),
            unreadable: Mutex::default(),
        };
        let registry = Self { rooms: Arc::new(rooms) };
        registry.take_free().await?;
        if let Some(webhooks) = &config.webhooks {
            let rooms = &registry.rooms;
            let courier =
                Courier::new(rooms.store.clone(), rooms.keeper.owner(), Arc::clone(webhooks), config.courier);
            // It ends when the store is closed.
            tokio::spawn(courier.run());
        }
        registry.ask_offices(config);
        tokio::spawn(keep(registry.downgrade()));
        Ok(registry)
    }

    /// Makes a board durable and takes it in.
    pub(crate) async fn create(
        &self,
        asked: NewBoardAsked,
        asking: Option<&Asking>,
    ) -> Result<wire::CreateBoardResponse, BoardRefused> {
        let rooms = &*self.rooms;
        let _taking = rooms.taking.lock().await;
        let NewBoardAsked { papers, session, params } = asked;
        rooms.boards.may_add(&papers.id)?;
        let now = session.now();
        let state = write_state(&papers, (1, now), &session).map_err(BoardRefused::Inexpressible)?;
        let answer = wire::CreateBoardResponse { board: Some(papers.write(1)) };
        let first = Append {
            board: papers.id.clone(),
            fence: Fence(0),
            expected_revision: 0,
            time: record(STATE, &state).time,
            records: vec![record(STATE, &state)],
            effects: Vec::new(),
            cancel: Vec::new(),
            request: asking.map(|asking| asking.answered(&answer)),
        };
        let made = rooms.store.create_board(rooms.keeper.wish(&papers.id), first).await;
        let lease = match made {
            Ok(NewBoard::Created(lease)) => lease,
            Ok(NewBoard::Repeated { answer }) => return Err(BoardRefused::Repeated(answer)),
            Err(error) => return Err(error.into()),
        };
        rooms.keeper.keep(lease.clone());
        let opening = Opening { session, now, revision: 1, log: Vec::new() };
        self.take_in(papers, (opening, params), (&lease, (1, 1)))?;
        Ok(answer)
    }

    /// A board by its id.
    pub(crate) fn get(&self, id: &str) -> Result<Arc<Kept>, BoardRefused> {
        let kept = self.rooms.boards.get(id);
        kept.ok_or_else(|| BoardRefused::Unknown(id.to_owned()))
    }

    /// Makes sure that a board is here, if there is one that this process may lead. Call it before asking for the board.
    pub(crate) async fn ready(&self, id: &str) -> Result<(), Status> {
        self.reach(id).await.map_err(|refused| refused.status())
    }

    async fn reach(&self, id: &str) -> Result<(), BoardRefused> {
        let rooms = &*self.rooms;
        if let Some(kept) = rooms.boards.get(id) {
            if !kept.board.journal().is_lost() {
                return Ok(());
            }
            self.let_go(id).await;
        }
        if id.is_empty() {
            return Ok(());
        }
        if let Some(why) = rooms.unreadable().get(id) {
            return Err(BoardRefused::Unreadable(id.to_owned(), why.clone()));
        }
        match self.take(id).await {
            // Whoever asks for it is told that there is none.
            Err(BoardRefused::Store(StoreError::BoardNotFound { .. })) => Ok(()),
            taken => taken,
        }
    }

    /// The board that a question is about.
    pub(crate) fn asked(&self, board: &wire::BoardRevision) -> Result<Arc<Kept>, BoardRefused> {
        let report = Report::new(1);
        if board.board_id.is_empty() {
            let basis_at = report.field("basis");
            let board_at = basis_at.field("board");
            board_at.field("board_id").refuse(ViolationCode::Required, "needed, the id of a board");
        }
        report.finish()?;
        self.get(&board.board_id)
    }

    /// The same with what is in force, if the board is where the caller thinks.
    pub(crate) fn at(&self, board: &wire::BoardRevision) -> Result<(Arc<Kept>, Snapshot), BoardRefused> {
        let kept = self.asked(board)?;
        let snapshot = kept.board.snapshot();
        still_at(board, &snapshot)?;
        Ok((kept, snapshot))
    }

    /// The boards that this process leads, as far as it knows.
    pub(crate) fn led(&self) -> Vec<Arc<Kept>> {
        let all = self.rooms.boards.after("", usize::MAX).into_iter().map(|(_, kept)| kept);
        all.filter(|kept| !kept.board.journal().is_lost()).collect()
    }

    pub(crate) fn downgrade(&self) -> WeakRegistry {
        WeakRegistry(Arc::downgrade(&self.rooms))
    }

    /// The answer that was given to a request, if it was.
    pub(crate) async fn answer(&self, board: &str, asking: &Asking) -> Result<Option<Vec<u8>>, Status> {
        let answer = self.rooms.store.answer(board, asking.id(), asking.digest()).await;
        answer.map_err(|error| BoardRefused::from(error).status())
    }

    /// Ends every improvement.
    pub(crate) fn close(&self) {
        for (_, kept) in self.rooms.boards.after("", usize::MAX) {
            kept.board.close();
        }
    }

    /// Gives every lease back, and closes the store when what is being written is there.
    pub(crate) async fn leave(&self) {
        self.close();
        self.rooms.keeper.give_all_back().await;
        self.rooms.store.close().await;
    }

    /// Has the offices of jurisdictions asked how permits stand, each by a poller of its own.
    fn ask_offices(&self, config: &SchedulerConfig) {
        let clerk = Arc::new(Clerk::of(self, &config.limits, &self.rooms.timers));
        for (jurisdiction, office) in &config.permit_offices {
            let poller =
                PermitPoller::new(jurisdiction, Arc::clone(office), Arc::clone(&clerk) as _, config.poller);
            // It ends with the boards.
            tokio::spawn(poller.run());
        }
    }

    /// Takes a board that nobody leads.
    async fn take(&self, id: &str) -> Result<(), BoardRefused> {
        let rooms = &*self.rooms;
        let _taking = rooms.taking.lock().await;
        if rooms.boards.get(id).is_some() {
            return Ok(());
        }
        rooms.boards.may_add(id)?;
        let lease = rooms.keeper.take(id).await?;
        let (store, limits, board) = (rooms.store.clone(), rooms.limits.clone(), id.to_owned());
        let runtime = Handle::current();
        let loaded = on_own_thread_alone(move || load(&store, &runtime, &board, &limits)).await;
        let loaded = match loaded {
            Ok(loaded) => loaded.map_err(|error| error.to_string()),
            Err(status) => Err(status.message().to_owned()),
        };
        match loaded {
            Ok(loaded) => {
                let (restored, params, counts) = loaded;
                let Restored { papers, session, now, revision, log } = restored;
                let kept = self.take_in(
                    papers,
                    (Opening { session, now, revision, log }, params),
                    (&lease, counts),
                )?;
                end_holds_in_time(&kept, &rooms.limits, &rooms.timers);
                remind(&kept, &rooms.limits, &rooms.timers);
                tracing::info!(board = id, revision, "a board goes on here");
                Ok(())
            }
            Err(why) => {
                tracing::error!(board = id, why, "a board does not read");
                rooms.keeper.give_back(id).await;
                rooms.unreadable().insert(id.to_owned(), why.clone());
                Err(BoardRefused::Unreadable(id.to_owned(), why))
            }
        }
    }

    fn take_in(
        &self,
        papers: Papers,
        (opening, params): (Opening<Record>, BoardParams),
        (lease, counts): (&Lease, (i64, i64)),
    ) -> Result<Arc<Kept>, BoardRefused> {
        let rooms = &*self.rooms;
        let papers = Arc::new(papers);
        let journal = Journal::of(rooms.store.clone(), lease, counts);
        let scribe = Box::new(BoardScribe(Arc::clone(&papers)));
        let board = Board::open(opening, params, &rooms.permits, (journal, scribe));
        let kept = Arc::new(Kept { board, papers });
        if let Err(error) = rooms.boards.add(&lease.board, Arc::clone(&kept)) {
            kept.board.close();
            return Err(error.into());
        }
        Ok(kept)
    }

    /// Takes every board that nobody leads.
    async fn take_free(&self) -> Result<(), StoreError> {
        for board in self.rooms.keeper.free().await? {
            if self.rooms.unreadable().contains_key(&board) || self.rooms.boards.get(&board).is_some() {
                continue;
            }
            if let Err(refused) = self.take(&board).await {
                // Somebody else was faster, or it does not read and that was said.
                tracing::debug!(board, %refused, "a board is not taken");
            }
        }
        Ok(())
    }

    /// A board is led by somebody else, or has to be read again.
    async fn let_go(&self, id: &str) {
        if let Some(kept) = self.rooms.boards.remove(id) {
            kept.board.journal().lose();
            kept.board.close();
            self.rooms.keeper.give_back(id).await;
        }
    }
}

impl Rooms {
    fn unreadable(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.unreadable.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Renews leases and takes the boards of those that died, as long as there are boards to keep.
async fn keep(boards: WeakRegistry) {
    let mut round = 0;
    loop {
        let Some(period) = boards.upgrade().map(|registry| registry.rooms.keeper.period()) else { return };
        tokio::time::sleep(period).await;
        let Some(registry) = boards.upgrade() else { return };
        match registry.rooms.keeper.renew().await {
            Ok(lost) => {
                for board in lost {
                    tracing::warn!(board, "another process has taken the board");
                    registry.let_go(&board).await;
                }
            }
            Err(StoreError::Closed) => return,
            Err(error) => tracing::warn!(%error, "leases are not renewed"),
        }
        for (_, kept) in registry.rooms.boards.after("", usize::MAX) {
            // Plans and events may have brought what is due sooner.
            remind(&kept, &registry.rooms.limits, &registry.rooms.timers);
        }
        if let Err(error) = registry.take_free().await {
            tracing::warn!(%error, "boards without a leader are not looked for");
        }
        round += 1;
        if round % ROUNDS_PER_PRUNING == 0 {
            let before = wall_clock().seconds - i64::try_from(ANSWERS_KEPT.as_secs()).unwrap_or(0);
            let before = UnixMicros(before.saturating_mul(1_000_000));
            if let Err(error) = registry.rooms.store.prune_requests(before).await {
                tracing::warn!(%error, "old answers are not forgotten");
            }
        }
    }
}

/// Whether the board is where the caller thinks, if he says so.
pub(crate) fn still_at(board: &wire::BoardRevision, snapshot: &Snapshot) -> Result<(), Moved> {
    let revision = snapshot.revision;
    if board.revision.is_some_and(|expected| expected != revision) { Err(Moved { revision }) } else { Ok(()) }
}

impl Kept {
    /// The board in the contract's words.
    pub(crate) fn write(&self, revision: i64) -> wire::Board {
        self.papers.write(revision)
    }
}
