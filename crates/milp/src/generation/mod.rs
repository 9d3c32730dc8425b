//! Column generation: the linear relaxation of the set partition over all routes, and the bound that it proves.

mod column;
mod cuts;
mod orders;
mod scope;
mod tariff;

mod restricted;

mod center;
mod certificate;
mod generate;
mod shelf;

mod dive;

mod eliminate;
mod exhaust;
mod integer;
mod listed;

pub(crate) use column::ClassColumn;
pub(crate) use exhaust::exhaust;
pub(crate) use generate::{Generation, LOOKS_PER_LABEL, Limits, Listener, Step};
pub(crate) use integer::{best_choice, routes_of};
pub(crate) use orders::{Duty, Orders};
pub(crate) use restricted::Restricted;
pub(crate) use scope::Scope;
