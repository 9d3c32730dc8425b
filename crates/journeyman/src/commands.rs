//! One module a command.

pub(crate) mod bench;
pub(crate) mod bench_dynamic;
pub(crate) mod check;
pub(crate) mod demo;
pub(crate) mod desk;
pub(crate) mod evaluate;
pub(crate) mod explain;
pub(crate) mod journal;
pub(crate) mod load;
pub(crate) mod quote;
pub(crate) mod reassign;
pub(crate) mod roads;
pub(crate) mod scenarios;
pub(crate) mod serve;
pub(crate) mod simulate;
pub(crate) mod solve;
pub(crate) mod what_if;
