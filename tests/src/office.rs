//! A dispatcher's office: one board on a server, and short ways to say what happens to it.

use std::time::Duration;

use journeyman_api::wire::boards_client::BoardsClient;
use journeyman_api::wire::scheduler_client::SchedulerClient;
use journeyman_api::wire::{self, SolveOptions};
use tonic::Status;
use tonic::transport::Channel;

use crate::{Server, small_day};

const HOUR: i64 = 3_600;
/// Visits that start sooner than this may not change.
const FREEZE: i64 = 600;

/// A board of a small day, and the connection to its server.
#[derive(Clone, Debug)]
pub struct Office {
    /// The board's id.
    pub board: String,
    /// The day that it was made from.
    pub problem: wire::Problem,
    boards: BoardsClient<Channel>,
    scheduler: SchedulerClient<Channel>,
}

impl Office {
    /// An office of five technicians that has no board yet.
    pub async fn at(server: &Server, board: &str) -> Self {
        Self::on(server.channel().await, board)
    }

    /// The same on a connection that there is.
    ///
    /// # Panics
    /// Beyond the generator's limits.
    pub fn on(channel: Channel, board: &str) -> Self {
        let problem = small_day(5, 20, 3).problem.expect("a problem");
        let boards = BoardsClient::new(channel.clone()).max_decoding_message_size(64 << 20);
        let scheduler = SchedulerClient::new(channel).max_decoding_message_size(64 << 20);
        Self { board: board.to_owned(), problem, boards, scheduler }
    }

    /// The same office at another server.
    pub async fn moved_to(&self, server: &Server) -> Self {
        Self::at(server, &self.board).await
    }

    /// Makes the board, improved by a count of iterations after each event.
    ///
    /// # Errors
    /// What the server says.
    pub async fn open(&mut self, request_id: &str) -> Result<wire::CreateBoardResponse, Status> {
        let request = wire::CreateBoardRequest {
            request_id: request_id.to_owned(),
            board: Some(wire::Board {
                id: self.board.clone(),
                freeze_duration: Some(wire::Duration::from_seconds(FREEZE)),
                ..wire::Board::default()
            }),
            problem: Some(self.problem.clone()),
            options: Some(SolveOptions {
                time_limit: Some(Duration::from_secs(2).into()),
                iterations_max: Some(100),
                threads: Some(1),
                ..SolveOptions::default()
            }),
        };
        self.boards.create_board(request).await.map(tonic::Response::into_inner)
    }

    /// Tells of events.
    ///
    /// # Errors
    /// What the server says.
    pub async fn apply(
        &mut self,
        request_id: &str,
        events: Vec<wire::Event>,
        improve_for: Duration,
    ) -> Result<wire::ApplyEventsResponse, Status> {
        let request = wire::ApplyEventsRequest {
            request_id: request_id.to_owned(),
            board: Some(wire::BoardRevision { board_id: self.board.clone(), revision: None }),
            events,
            improve_for: Some(improve_for.into()),
            ..wire::ApplyEventsRequest::default()
        };
        self.boards.apply_events(request).await.map(tonic::Response::into_inner)
    }

    /// The board with its day and plan.
    ///
    /// # Errors
    /// What the server says.
    pub async fn read(&mut self) -> Result<(wire::Board, wire::Problem, wire::Plan), Status> {
        let view = wire::BoardView::Full.into();
        let request = wire::GetBoardRequest { board_id: self.board.clone(), view };
        let read = self.boards.get_board(request).await?.into_inner();
        Ok((read.board.unwrap_or_default(), read.problem.unwrap_or_default(), read.plan.unwrap_or_default()))
    }

    /// Every board of the server.
    ///
    /// # Errors
    /// What the server says.
    pub async fn list(&mut self) -> Result<Vec<wire::Board>, Status> {
        Ok(self.boards.list_boards(wire::ListBoardsRequest::default()).await?.into_inner().boards)
    }

    /// Closes the board.
    ///
    /// # Errors
    /// What the server says.
    pub async fn close(&mut self, revision: Option<i64>) -> Result<wire::Board, Status> {
        let board = Some(wire::BoardRevision { board_id: self.board.clone(), revision });
        let closed = self.boards.close_board(wire::CloseBoardRequest { board }).await?.into_inner();
        Ok(closed.board.unwrap_or_default())
    }

    /// So many hours after the day begins.
    pub fn hour(&self, hour: i64) -> wire::Timestamp {
        let start = self.problem.start_time.expect("a start");
        wire::Timestamp { seconds: start.seconds + HOUR * hour, nanos: 0 }
    }

    /// A technician calls in sick.
    pub fn sick(&self, id: &str, technician: usize, hour: i64) -> wire::Event {
        let technician_id = self.problem.technicians[technician].id.clone();
        let kind = wire::event::Kind::SickOut(wire::SickOut { technician_id, ..wire::SickOut::default() });
        wire::Event { id: id.to_owned(), event_time: Some(self.hour(hour)), kind: Some(kind) }
    }

    /// A call for an hour's work at a place beside one that the day knows.
    pub fn call(&self, name: &str) -> (wire::WorkOrder, wire::Place) {
        let beside = self.problem.places[7].coordinates.expect("places have coordinates");
        let coordinates = Some(wire::Coordinates { latitude: beside.latitude + 0.001, ..beside });
        let place = wire::Place { id: format!("home of {name}"), coordinates };
        let visit = wire::Visit {
            id: format!("visit of {name}"),
            place_id: place.id.clone(),
            service_duration: Some(wire::Duration::from_seconds(HOUR)),
            ..wire::Visit::default()
        };
        let id = format!("order of {name}");
        (wire::WorkOrder { id, visits: vec![visit], ..wire::WorkOrder::default() }, place)
    }

    /// The same call as an event.
    pub fn called(&self, id: &str, name: &str, hour: i64) -> wire::Event {
        let (order, place) = self.call(name);
        let call = wire::CallReceived {
            work_order: Some(order),
            places: vec![place],
            ..wire::CallReceived::default()
        };
        let kind = wire::event::Kind::CallReceived(call);
        wire::Event { id: id.to_owned(), event_time: Some(self.hour(hour)), kind: Some(kind) }
    }

    /// A caller who is no longer interested.
    pub fn cancelled(&self, id: &str, name: &str, hour: i64) -> wire::Event {
        let subject = Some(wire::cancelled::Subject::WorkOrderId(format!("order of {name}")));
        let kind = wire::event::Kind::Cancelled(wire::Cancelled { subject });
        wire::Event { id: id.to_owned(), event_time: Some(self.hour(hour)), kind: Some(kind) }
    }

    /// Windows for a call.
    ///
    /// # Errors
    /// What the server says.
    pub async fn quote(&mut self, name: &str) -> Result<Vec<wire::Quote>, Status> {
        let (order, place) = self.call(name);
        let board = wire::BoardRevision { board_id: self.board.clone(), revision: None };
        let request = wire::QuoteArrivalWindowsRequest {
            basis: Some(wire::PlanBasis { basis: Some(wire::plan_basis::Basis::Board(board)) }),
            work_order: Some(order),
            places: vec![place],
            ..wire::QuoteArrivalWindowsRequest::default()
        };
        Ok(self.scheduler.quote_arrival_windows(request).await?.into_inner().quotes)
    }

    /// Holds a quote for some seconds.
    ///
    /// # Errors
    /// What the server says.
    pub async fn hold(
        &mut self,
        request_id: &str,
        quote_id: &str,
        seconds: i64,
    ) -> Result<wire::QuoteHold, Status> {
        let request = wire::HoldQuoteRequest {
            request_id: request_id.to_owned(),
            board_id: self.board.clone(),
            quote_id: quote_id.to_owned(),
            ttl: Some(wire::Duration::from_seconds(seconds)),
        };
        Ok(self.scheduler.hold_quote(request).await?.into_inner().hold.unwrap_or_default())
    }

    /// Confirms a hold.
    ///
    /// # Errors
    /// What the server says.
    pub async fn confirm(
        &mut self,
        request_id: &str,
        hold_id: &str,
    ) -> Result<wire::ConfirmQuoteResponse, Status> {
        let request = wire::ConfirmQuoteRequest {
            request_id: request_id.to_owned(),
            board_id: self.board.clone(),
            hold_id: hold_id.to_owned(),
            ..wire::ConfirmQuoteRequest::default()
        };
        self.scheduler.confirm_quote(request).await.map(tonic::Response::into_inner)
    }
}
