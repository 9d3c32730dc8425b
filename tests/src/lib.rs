//! What the tests of the whole product share: the built program, a server process, small days, the data folder.
//!
//! The tests run the program as it ships. `make test` builds it first; so does `cargo build --workspace --bins`.

mod checkers;
mod days;
mod office;
mod permit_office;
mod planned_day;
mod program;
mod receiver;
mod server;
mod service_desk;
mod streets;

pub use checkers::{Checker, data_dir};
pub use days::{day_file, small_day};
pub use office::Office;
pub use permit_office::{PermitAnswer, PermitOffice};
pub use planned_day::PlannedDay;
pub use program::{Run, program, run, run_with_input};
pub use receiver::{Receiver, WEBHOOK_SECRET};
pub use server::Server;
pub use service_desk::{BRANCH, ServiceDesk, Shelf};
pub use streets::streets_of;
