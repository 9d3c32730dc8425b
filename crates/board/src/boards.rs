//! All boards of a process, by id.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, PoisonError, RwLock};

/// Why a board was not added.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BoardsError {
    /// There is one with this id.
    #[error("there is a board with the id {0:?}")]
    Exists(String),
    /// There are as many as there may be.
    #[error("there are {0} boards, as many as there may be")]
    TooMany(usize),
}

/// Boards by id, each with whatever is kept beside it.
#[derive(Debug)]
pub struct Boards<B> {
    boards: RwLock<BTreeMap<String, Arc<B>>>,
    most: usize,
}

impl<B> Boards<B> {
    /// None yet, and at most so many.
    pub fn new(most: usize) -> Self {
        Self { boards: RwLock::default(), most }
    }

    /// Whether one more can be added under an id.
    ///
    /// # Errors
    /// Why not.
    pub fn may_add(&self, id: &str) -> Result<(), BoardsError> {
        let boards = self.boards.read().unwrap_or_else(PoisonError::into_inner);
        if boards.contains_key(id) {
            return Err(BoardsError::Exists(id.to_owned()));
        }
        if boards.len() >= self.most { Err(BoardsError::TooMany(self.most)) } else { Ok(()) }
    }

    /// Adds one.
    ///
    /// # Errors
    /// Why not.
    pub fn add(&self, id: &str, board: Arc<B>) -> Result<(), BoardsError> {
        self.may_add(id)?;
        let mut boards = self.boards.write().unwrap_or_else(PoisonError::into_inner);
        // Somebody may have been faster.
        match boards.entry(id.to_owned()) {
            std::collections::btree_map::Entry::Occupied(_) => Err(BoardsError::Exists(id.to_owned())),
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(board);
                Ok(())
            }
        }
    }

    /// One by its id.
    pub fn get(&self, id: &str) -> Option<Arc<B>> {
        self.boards.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    /// Takes one out.
    pub fn remove(&self, id: &str) -> Option<Arc<B>> {
        self.boards.write().unwrap_or_else(PoisonError::into_inner).remove(id)
    }

    /// So many at most, in the order of their ids, after one.
    pub fn after(&self, id: &str, most: usize) -> Vec<(String, Arc<B>)> {
        let boards = self.boards.read().unwrap_or_else(PoisonError::into_inner);
        let after = boards.range::<str, _>((Bound::Excluded(id), Bound::Unbounded));
        after.take(most).map(|(id, board)| (id.clone(), Arc::clone(board))).collect()
    }
}
