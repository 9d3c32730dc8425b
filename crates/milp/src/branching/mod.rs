//! Branch and bound on top of column generation, for what cuts and listing leave open: decisions about visits, classes
//! and legs, and the tree of what is still to be shown.

mod candidates;
mod decision;
mod tree;

pub(crate) use tree::Tree;
