//! What whoever has told of events wants of the answer.

/// What a reassignment pays attention to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wishes {
    /// What the plan in force tells customers counts as promised, where nothing else was: window and technician.
    pub keep_plan: bool,
    /// Most planned visits that anybody would notice to have changed ([`VisitChange::is_noticed`]), besides those that
    /// events concern or that cannot stay; none: only prices count.
    ///
    /// [`VisitChange::is_noticed`]: crate::VisitChange::is_noticed
    pub changes_max: Option<usize>,
}

/// Nothing is held, and no change has a price but those of the day's own promises: what is proved holds for any wishes.
pub(crate) const FREE: Wishes = Wishes { keep_plan: false, changes_max: None };

impl Default for Wishes {
    fn default() -> Self {
        Self { keep_plan: true, changes_max: None }
    }
}
