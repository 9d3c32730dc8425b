//! A small branch of an electrical contractor to tell stories about: three people, a supply house, two weeks, and a clock that
//! the story moves.

use anyhow::{Context, bail};
use jiff::tz::TimeZone;
use journeyman_api::json::from_json;
use journeyman_api::wire::boards_client::BoardsClient;
use journeyman_api::wire::permits_client::PermitsClient;
use journeyman_api::wire::work_orders_client::WorkOrdersClient;
use journeyman_api::wire::{
    AcknowledgeInvoiceRequest, AdvanceClockRequest, Board, Call, CallChannel, CheckInKind, CheckInRequest,
    ClockSource, CloseOutWorkOrderRequest, CompleteVisitRequest, Coordinates, CreateBoardRequest, Evidence,
    GetWorkOrderRequest, PartQuantity, Place, Problem, QualifyWorkOrderRequest, SolveOptions, SolveRequest,
    TakeCallRequest, Timestamp, Urgency, VisitOutcome, WorkOrderRecord,
};
use tempfile::TempDir;
use tonic::transport::Channel;

use crate::{Server, program, start_server_with};

const DAY: &str = include_str!("../days/red-cliffs-branch.json");
/// The board's id.
pub const BRANCH: &str = "red-cliffs";

/// A branch with its server and journal.
#[derive(Debug)]
pub struct Branch {
    /// Work orders.
    pub orders: WorkOrdersClient<Channel>,
    /// Permits.
    pub permits: PermitsClient<Channel>,
    boards: BoardsClient<Channel>,
    problem: Problem,
    folder: TempDir,
    _server: Server,
}

impl Branch {
    /// Starts a server with a journal, and makes the board.
    ///
    /// # Errors
    /// When there is no server, or it does not want the board.
    pub async fn open() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().to_str().context("a plain name")?.to_owned();
        let server = start_server_with(&["--data", &path]).await?;
        let day: SolveRequest = from_json(DAY.as_bytes(), DAY.len())?;
        let problem = day.problem.context("the day file has a day")?;
        let mut boards = BoardsClient::connect(server.uri.clone()).await?;
        let request = CreateBoardRequest {
            board: Some(Board {
                id: BRANCH.to_owned(),
                display_name: "Red Cliffs Electric, St. George".to_owned(),
                clock_source: ClockSource::Told.into(),
                ..Board::default()
            }),
            problem: Some(problem.clone()),
            options: Some(SolveOptions { iterations_max: Some(200), ..SolveOptions::default() }),
            ..CreateBoardRequest::default()
        };
        boards.create_board(request).await?;
        let orders = WorkOrdersClient::connect(server.uri.clone()).await?;
        let permits = PermitsClient::connect(server.uri.clone()).await?;
        Ok(Self { orders, permits, boards, problem, folder, _server: server })
    }

    /// Moves the clock to a local time of the story's month, March 2026, and says so.
    ///
    /// # Errors
    /// What the server says.
    pub async fn clock(&mut self, day: i8, hour: i8, minute: i8) -> anyhow::Result<String> {
        let zone = TimeZone::get(&self.problem.time_zone)?;
        let time = jiff::civil::date(2026, 3, day).at(hour, minute, 0, 0).to_zoned(zone)?;
        let now = Timestamp::from_seconds(time.timestamp().as_second());
        self.until(now).await?;
        Ok(self.local(Some(now)))
    }

    /// Moves the clock.
    ///
    /// # Errors
    /// What the server says.
    pub async fn until(&mut self, now: Timestamp) -> anyhow::Result<()> {
        let board_id = BRANCH.to_owned();
        let request = AdvanceClockRequest { board_id, now: Some(now), ..AdvanceClockRequest::default() };
        self.boards.advance_clock(request).await?;
        Ok(())
    }

    /// A time as people of the branch say it.
    pub fn local(&self, time: Option<Timestamp>) -> String {
        let zone = TimeZone::get(&self.problem.time_zone).unwrap_or(TimeZone::UTC);
        let time = time.and_then(|time| jiff::Timestamp::from_second(time.seconds).ok());
        time.map_or_else(String::new, |time| time.to_zoned(zone).strftime("%a %H:%M").to_string())
    }

    /// Takes a call, and has it qualified by the rule book.
    ///
    /// # Errors
    /// What the server says.
    pub async fn call(&mut self, id: &str, symptom: &str) -> anyhow::Result<WorkOrderRecord> {
        let place = Place {
            id: format!("house of {id}"),
            coordinates: Some(Coordinates { latitude: 37.1101, longitude: -113.5722 }),
        };
        let call = Call {
            channel: CallChannel::Phone.into(),
            contact_name: "Dana Cole".to_owned(),
            contact_phone: "+1 435 555 0142".to_owned(),
            place: Some(place),
            address: "245 N 600 E, St. George".to_owned(),
            access: "side gate".to_owned(),
            symptom: symptom.to_owned(),
            urgency: Urgency::Soon.into(),
            panel_amperes: 100,
            ..Call::default()
        };
        let take = TakeCallRequest {
            board_id: BRANCH.to_owned(),
            work_order_id: id.to_owned(),
            call: Some(call),
            ..TakeCallRequest::default()
        };
        self.orders.take_call(take).await?;
        let qualify = QualifyWorkOrderRequest {
            board_id: BRANCH.to_owned(),
            work_order_id: id.to_owned(),
            ..QualifyWorkOrderRequest::default()
        };
        let qualified = self.orders.qualify_work_order(qualify).await?.into_inner();
        qualified.work_order.context("an answer has the work order")
    }

    /// A work order as it stands.
    ///
    /// # Errors
    /// What the server says.
    pub async fn order(&mut self, id: &str) -> anyhow::Result<WorkOrderRecord> {
        let request = GetWorkOrderRequest { board_id: BRANCH.to_owned(), work_order_id: id.to_owned() };
        self.orders.get_work_order(request).await?.into_inner().work_order.context("an answer has it")
    }

    /// A report from the field.
    ///
    /// # Errors
    /// What the server says.
    pub async fn check_in(
        &mut self,
        visit: &str,
        technician: &str,
        kind: CheckInKind,
    ) -> anyhow::Result<WorkOrderRecord> {
        let request = CheckInRequest {
            board_id: BRANCH.to_owned(),
            visit_id: visit.to_owned(),
            technician_id: technician.to_owned(),
            kind: kind.into(),
            ..CheckInRequest::default()
        };
        self.orders.check_in(request).await?.into_inner().work_order.context("an answer has it")
    }

    /// Ends a visit that is done, closes its order, and has the books acknowledge the invoice.
    ///
    /// # Errors
    /// What the server says.
    pub async fn finish(
        &mut self,
        (order, visit, invoice): (&str, &str, &str),
        papers: &[&str],
        parts: &[(&str, i64)],
    ) -> anyhow::Result<WorkOrderRecord> {
        let evidence = |kind: &&str| Evidence {
            kind: (*kind).to_owned(),
            uri: format!("photos/{kind}.jpg"),
            text: format!("about {kind}"),
        };
        let part =
            |(sku, quantity): &(&str, i64)| PartQuantity { sku: (*sku).to_owned(), quantity: *quantity };
        let complete = CompleteVisitRequest {
            board_id: BRANCH.to_owned(),
            visit_id: visit.to_owned(),
            outcome: VisitOutcome::Done.into(),
            evidence: papers.iter().map(evidence).collect(),
            parts_used: parts.iter().map(part).collect(),
            ..CompleteVisitRequest::default()
        };
        self.orders.complete_visit(complete).await?;
        let close = CloseOutWorkOrderRequest {
            board_id: BRANCH.to_owned(),
            work_order_id: order.to_owned(),
            ..CloseOutWorkOrderRequest::default()
        };
        self.orders.close_out_work_order(close).await?;
        let acknowledge = AcknowledgeInvoiceRequest {
            board_id: BRANCH.to_owned(),
            work_order_id: order.to_owned(),
            invoice_id: invoice.to_owned(),
            ..AcknowledgeInvoiceRequest::default()
        };
        let acknowledged = self.orders.acknowledge_invoice(acknowledge).await?.into_inner();
        acknowledged.work_order.context("an answer has the work order")
    }

    /// What `journeyman journal` says of the board, with the server running.
    ///
    /// # Errors
    /// When the program fails.
    pub async fn journal(&self, words: &[&str]) -> anyhow::Result<String> {
        let run = tokio::process::Command::new(program()?)
            .arg("journal")
            .args(words)
            .arg("--data")
            .arg(self.folder.path())
            .output()
            .await?;
        if !run.status.success() {
            bail!("{}", String::from_utf8_lossy(&run.stderr));
        }
        Ok(String::from_utf8(run.stdout)?)
    }
}

/// Where a work order stands, in a word.
pub fn state_of(order: &WorkOrderRecord) -> String {
    order.state().as_str_name().trim_start_matches("WORK_ORDER_STATE_").to_owned()
}
