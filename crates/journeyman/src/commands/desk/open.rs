//! `desk open`: the board of a day file.

use journeyman_api::wire;

use super::{Desk, answer};
use crate::args::OpenArgs;
use crate::failure::{Failure, Outcome};
use crate::files::read_day;

impl Desk {
    pub(super) async fn open(&self, arguments: &OpenArgs) -> Result<Outcome, Failure> {
        let day = read_day(&arguments.day)?;
        let clock = if arguments.told_clock { wire::ClockSource::Told } else { wire::ClockSource::Wall };
        let board =
            wire::Board { id: self.board.clone(), clock_source: clock.into(), ..wire::Board::default() };
        let request = wire::CreateBoardRequest {
            board: Some(board),
            problem: day.problem,
            options: day.options,
            request_id: self.request_id(),
        };
        let made = answer(self.boards_service().create_board(request).await)?;
        let id = made.board.as_ref().map(|board| board.id.clone()).unwrap_or_default();
        self.tell(&made, |out| writeln!(out, "the board {id} is open"))
    }
}
