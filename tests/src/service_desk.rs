//! A contractor's service desk: a board whose clock is told, and its service cycle over the wire.

use journeyman_api::wire;
use journeyman_api::wire::boards_client::BoardsClient;
use journeyman_api::wire::permits_client::PermitsClient;
use journeyman_api::wire::rule_book_client::RuleBookClient;
use journeyman_api::wire::stock_client::StockClient;
use journeyman_api::wire::tasks_client::TasksClient;
use journeyman_api::wire::work_orders_client::WorkOrdersClient;
use tonic::Status;
use tonic::transport::Channel;

use crate::{Server, day_file};

/// The board's id.
pub const BRANCH: &str = "red-cliffs";

/// Where parts lie.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shelf<'s> {
    /// In the van of this technician.
    Van(&'s str),
    /// In this warehouse.
    Warehouse(&'s str),
}

/// Clients of one board.
#[derive(Clone, Debug)]
pub struct ServiceDesk {
    /// The day that the board was made from.
    pub problem: wire::Problem,
    /// Boards.
    pub boards: BoardsClient<Channel>,
    /// Work orders.
    pub orders: WorkOrdersClient<Channel>,
    /// Permits.
    pub permits: PermitsClient<Channel>,
    /// Parts.
    pub stock: StockClient<Channel>,
    /// Rules.
    pub books: RuleBookClient<Channel>,
    /// What people have to do.
    pub tasks: TasksClient<Channel>,
}

impl ServiceDesk {
    /// Clients of a server; there need not be a board yet.
    ///
    /// # Panics
    /// When the shipped day does not read.
    pub async fn at(server: &Server) -> Self {
        let day = std::fs::read(day_file("red-cliffs-branch.json")).expect("the day is shipped");
        let day: wire::SolveRequest = serde_json::from_slice(&day).expect("the shipped day reads");
        let channel = server.channel().await;
        Self {
            problem: day.problem.unwrap_or_default(),
            boards: BoardsClient::new(channel.clone()).max_decoding_message_size(64 << 20),
            orders: WorkOrdersClient::new(channel.clone()),
            permits: PermitsClient::new(channel.clone()),
            stock: StockClient::new(channel.clone()),
            books: RuleBookClient::new(channel.clone()),
            tasks: TasksClient::new(channel),
        }
    }

    /// Makes the board; its clock is told.
    ///
    /// # Errors
    /// What the server says.
    pub async fn open(&mut self) -> Result<(), Status> {
        self.open_with(wire::ClockSource::Told).await
    }

    /// Makes the board, moved by whole days to where its first day is today; its clock is the wall's.
    ///
    /// # Errors
    /// What the server says.
    pub async fn open_today(&mut self) -> Result<(), Status> {
        self.move_to_today();
        self.open_with(wire::ClockSource::Wall).await
    }

    async fn open_with(&mut self, clock: wire::ClockSource) -> Result<(), Status> {
        let request = wire::CreateBoardRequest {
            board: Some(wire::Board {
                id: BRANCH.to_owned(),
                clock_source: clock.into(),
                ..wire::Board::default()
            }),
            problem: Some(self.problem.clone()),
            options: Some(wire::SolveOptions {
                iterations_max: Some(50),
                threads: Some(1),
                ..wire::SolveOptions::default()
            }),
            ..wire::CreateBoardRequest::default()
        };
        self.boards.create_board(request).await.map(|_| ())
    }

    /// Every time of the day file lies in the day's bounds or in a shift; licenses are made to hold for ever.
    fn move_to_today(&mut self) {
        #[expect(clippy::disallowed_methods, reason = "a board on the wall's clock is made for now")]
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
        let now = i64::try_from(now.as_secs()).expect("before the end of time");
        let days = (now - self.problem.start_time.expect("a start").seconds).div_euclid(86_400);
        let later = |time: &mut Option<wire::Timestamp>| {
            if let Some(time) = time {
                time.seconds += days * 86_400;
            }
        };
        later(&mut self.problem.start_time);
        later(&mut self.problem.end_time);
        for technician in &mut self.problem.technicians {
            for license in &mut technician.licenses {
                (license.valid_from, license.valid_until) = Default::default();
            }
            for shift in &mut technician.shifts {
                later(&mut shift.start_time);
                later(&mut shift.end_time);
                later(&mut shift.soft_end_time);
                assert!(shift.breaks.is_empty(), "breaks have times too");
            }
        }
    }

    /// A time of the day: so many days after its first midnight, at an hour and minute of the first day's offset.
    pub fn time(&self, day: i64, hour: i64, minute: i64) -> wire::Timestamp {
        let start = self.problem.start_time.expect("a start");
        wire::Timestamp { seconds: start.seconds + 86_400 * day + 3_600 * hour + 60 * minute, nanos: 0 }
    }

    /// Moves the board's clock.
    ///
    /// # Errors
    /// What the server says.
    pub async fn clock(&mut self, day: i64, hour: i64, minute: i64) -> Result<(), Status> {
        let now = Some(self.time(day, hour, minute));
        let request = wire::AdvanceClockRequest { board_id: BRANCH.to_owned(), now, ..Default::default() };
        self.boards.advance_clock(request).await.map(|_| ())
    }

    /// Takes a call about a symptom, from a house in the middle of town, and has it qualified by the rule book.
    ///
    /// # Errors
    /// What the server says.
    pub async fn call(
        &mut self,
        id: &str,
        symptom: &str,
        at_home: &[wire::TimeWindow],
    ) -> Result<wire::WorkOrderRecord, Status> {
        self.call_from(wire::Coordinates { latitude: 37.1101, longitude: -113.5722 }, (id, symptom), at_home)
            .await
    }

    /// The same from a house somewhere else.
    ///
    /// # Errors
    /// What the server says.
    pub async fn call_from(
        &mut self,
        house: wire::Coordinates,
        (id, symptom): (&str, &str),
        at_home: &[wire::TimeWindow],
    ) -> Result<wire::WorkOrderRecord, Status> {
        let place = wire::Place { id: format!("house of {id}"), coordinates: Some(house) };
        let call = wire::Call {
            channel: wire::CallChannel::Phone.into(),
            contact_name: "Dana Cole".to_owned(),
            contact_phone: "+1 435 555 0142".to_owned(),
            place: Some(place),
            address: "245 N 600 E, St. George".to_owned(),
            access: "side gate".to_owned(),
            symptom: symptom.to_owned(),
            panel_amperes: 100,
            urgency: wire::Urgency::Soon.into(),
            time_windows: at_home.to_vec(),
            ..wire::Call::default()
        };
        let request = wire::TakeCallRequest {
            board_id: BRANCH.to_owned(),
            work_order_id: id.to_owned(),
            call: Some(call),
            ..wire::TakeCallRequest::default()
        };
        self.orders.take_call(request).await?;
        self.qualify(id, "").await
    }

    /// Takes a call that the rule book does not understand, for a service that a person names.
    ///
    /// # Errors
    /// What the server says.
    pub async fn qualified(&mut self, id: &str, service: &str) -> Result<wire::WorkOrderRecord, Status> {
        self.call(id, "something is odd", &[]).await?;
        self.qualify(id, service).await
    }

    /// Qualifies a work order: by the rule book where no service is given.
    ///
    /// # Errors
    /// What the server says.
    pub async fn qualify(&mut self, id: &str, service: &str) -> Result<wire::WorkOrderRecord, Status> {
        let request = wire::QualifyWorkOrderRequest {
            board_id: BRANCH.to_owned(),
            work_order_id: id.to_owned(),
            service_code: service.to_owned(),
            ..wire::QualifyWorkOrderRequest::default()
        };
        Ok(self.orders.qualify_work_order(request).await?.into_inner().work_order.unwrap_or_default())
    }

    /// A work order as it stands.
    ///
    /// # Errors
    /// What the server says.
    pub async fn order(&mut self, id: &str) -> Result<wire::WorkOrderRecord, Status> {
        let request = wire::GetWorkOrderRequest { board_id: BRANCH.to_owned(), work_order_id: id.to_owned() };
        Ok(self.orders.get_work_order(request).await?.into_inner().work_order.unwrap_or_default())
    }

    /// So many of a part lie somewhere, as somebody counted.
    ///
    /// # Errors
    /// What the server says.
    pub async fn count(&mut self, location: Shelf<'_>, sku: &str, pieces: i64) -> Result<(), Status> {
        use wire::stock_location::Location;
        let location = match location {
            Shelf::Van(technician) => Location::TechnicianId(technician.to_owned()),
            Shelf::Warehouse(warehouse) => Location::WarehouseId(warehouse.to_owned()),
        };
        let request = wire::AdjustStockRequest {
            board_id: BRANCH.to_owned(),
            location: Some(wire::StockLocation { location: Some(location) }),
            sku: sku.to_owned(),
            change: Some(wire::adjust_stock_request::Change::CountedQuantity(pieces)),
            ..wire::AdjustStockRequest::default()
        };
        self.stock.adjust_stock(request).await.map(|_| ())
    }

    /// A report from the field.
    ///
    /// # Errors
    /// What the server says.
    pub async fn check_in(
        &mut self,
        visit: &str,
        technician: &str,
        kind: wire::CheckInKind,
    ) -> Result<wire::WorkOrderRecord, Status> {
        let request = wire::CheckInRequest {
            board_id: BRANCH.to_owned(),
            visit_id: visit.to_owned(),
            technician_id: technician.to_owned(),
            kind: kind.into(),
            ..wire::CheckInRequest::default()
        };
        Ok(self.orders.check_in(request).await?.into_inner().work_order.unwrap_or_default())
    }

    /// Ends a visit that is done, with photos and notes of these kinds, and a part used.
    ///
    /// # Errors
    /// What the server says.
    pub async fn complete(
        &mut self,
        visit: &str,
        evidence: &[&str],
        parts: &[(&str, i64)],
    ) -> Result<wire::WorkOrderRecord, Status> {
        let part = |(sku, quantity): &(&str, i64)| wire::PartQuantity {
            sku: (*sku).to_owned(),
            quantity: *quantity,
        };
        let request = wire::CompleteVisitRequest {
            board_id: BRANCH.to_owned(),
            visit_id: visit.to_owned(),
            outcome: wire::VisitOutcome::Done.into(),
            evidence: evidence.iter().map(|kind| self::evidence(kind)).collect(),
            parts_used: parts.iter().map(part).collect(),
            ..wire::CompleteVisitRequest::default()
        };
        Ok(self.orders.complete_visit(request).await?.into_inner().work_order.unwrap_or_default())
    }

    /// Closes a work order, with photos and notes that came in late.
    ///
    /// # Errors
    /// What the server says.
    pub async fn close(&mut self, id: &str, evidence: &[&str]) -> Result<wire::WorkOrderRecord, Status> {
        let request = wire::CloseOutWorkOrderRequest {
            board_id: BRANCH.to_owned(),
            work_order_id: id.to_owned(),
            evidence: evidence.iter().map(|kind| self::evidence(kind)).collect(),
            ..wire::CloseOutWorkOrderRequest::default()
        };
        Ok(self.orders.close_out_work_order(request).await?.into_inner().work_order.unwrap_or_default())
    }

    /// The accounting system has the invoice.
    ///
    /// # Errors
    /// What the server says.
    pub async fn acknowledge(&mut self, id: &str, invoice: &str) -> Result<wire::WorkOrderRecord, Status> {
        let request = wire::AcknowledgeInvoiceRequest {
            board_id: BRANCH.to_owned(),
            work_order_id: id.to_owned(),
            invoice_id: invoice.to_owned(),
            ..wire::AcknowledgeInvoiceRequest::default()
        };
        Ok(self.orders.acknowledge_invoice(request).await?.into_inner().work_order.unwrap_or_default())
    }

    /// The day as the board knows it, and the routes in force.
    ///
    /// # Errors
    /// What the server says.
    pub async fn read(&mut self) -> Result<(wire::Problem, Vec<wire::Route>), Status> {
        let view = wire::BoardView::Full.into();
        let request = wire::GetBoardRequest { board_id: BRANCH.to_owned(), view };
        let read = self.boards.get_board(request).await?.into_inner();
        Ok((read.problem.unwrap_or_default(), read.plan.unwrap_or_default().routes))
    }

    /// The plan in force: who serves a visit, and when.
    ///
    /// # Errors
    /// What the server says.
    pub async fn planned(&mut self, visit: &str) -> Result<Option<(String, i64)>, Status> {
        let view = wire::BoardView::Plan.into();
        let request = wire::GetBoardRequest { board_id: BRANCH.to_owned(), view };
        let plan = self.boards.get_board(request).await?.into_inner().plan.unwrap_or_default();
        for route in plan.routes {
            for stop in &route.stops {
                if let Some(wire::stop::Kind::Visit(planned)) = &stop.kind
                    && planned.visit_id == visit
                {
                    let start = stop.start_time.map_or(0, |time| time.seconds);
                    return Ok(Some((route.technician_id.clone(), start)));
                }
            }
        }
        Ok(None)
    }
}

/// A photo or note of a kind.
fn evidence(kind: &str) -> wire::Evidence {
    wire::Evidence { kind: kind.to_owned(), uri: format!("photos/{kind}.jpg"), text: format!("about {kind}") }
}
