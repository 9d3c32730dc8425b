//! Requests of the service cycle as commands of the desk. What a value means is the desk's to judge; here it must be readable.

use jiff::Timestamp;
use journeyman_desk::{
    Call, CallChannel, CheckInKind, Command, Evidence, Location, NextVisit, Permit, PermitState, Site,
    StockChange, VisitKey, VisitOutcome, Window,
};
use journeyman_rulebook::{PartNeed, Urgency};

use crate::limits::Limits;
use crate::problem::enums;
use crate::problem::place_point;
use crate::violation::{Field, InvalidRequest, Report, ViolationCode};
use crate::wire;

/// Reads the fields of one request.
pub(super) struct Reader<'l> {
    limits: &'l Limits,
    report: Report,
}

impl<'l> Reader<'l> {
    pub(super) fn new(limits: &'l Limits) -> Self {
        Self { limits, report: Report::new(limits.violations_default) }
    }

    /// The command, if everything could be read.
    pub(super) fn done(self, command: Command) -> Result<Command, InvalidRequest> {
        self.report.finish()?;
        Ok(command)
    }

    /// An id that must be given.
    pub(super) fn id(&self, name: &'static str, id: &str) -> String {
        let at = self.report.field(name);
        if id.is_empty() {
            at.refuse(ViolationCode::Required, "needed");
        }
        at.short_enough(id, self.limits.text_bytes);
        id.to_owned()
    }

    /// A text that need not be given.
    pub(super) fn text(&self, name: &'static str, text: &str) -> String {
        self.report.field(name).short_enough(text, self.limits.text_bytes);
        text.to_owned()
    }

    /// A field that is not built is refused by name.
    pub(super) fn not_built(&self, name: &'static str, is_given: bool) {
        if is_given {
            self.report.field(name).refuse(ViolationCode::Unimplemented, "not built yet");
        }
    }

    pub(super) fn take_call(&self, request: &wire::TakeCallRequest, id: String) -> Command {
        let call_at = self.report.field("call");
        if request.call.is_none() {
            call_at.refuse(ViolationCode::Required, "needed");
        }
        let call = request.call.clone().unwrap_or_default();
        let call = Box::new(self.call(&call, &call_at));
        let jurisdiction = self.text("jurisdiction_id", &request.jurisdiction_id);
        Command::TakeCall { work_order: id, call, jurisdiction }
    }

    pub(super) fn qualify(&self, request: &wire::QualifyWorkOrderRequest) -> Command {
        let call_at = self.report.field("call");
        let call = request.call.as_ref().map(|call| Box::new(self.call(call, &call_at)));
        Command::Qualify {
            work_order: self.id("work_order_id", &request.work_order_id),
            etag: request.etag.clone(),
            service_code: self.text("service_code", &request.service_code),
            call,
            jurisdiction: self.text("jurisdiction_id", &request.jurisdiction_id),
        }
    }

    pub(super) fn check_in(&self, request: &wire::CheckInRequest) -> Command {
        let kind_at = self.report.field("kind");
        let kind = match enums::value(&kind_at, request.kind) {
            Some(wire::CheckInKind::EnRoute) => CheckInKind::EnRoute,
            Some(wire::CheckInKind::OnSite) => CheckInKind::OnSite,
            Some(wire::CheckInKind::Started) => CheckInKind::Started,
            Some(wire::CheckInKind::Paused) => CheckInKind::Paused,
            Some(wire::CheckInKind::Resumed) => CheckInKind::Resumed,
            Some(wire::CheckInKind::Done) => CheckInKind::Done,
            Some(wire::CheckInKind::Unspecified) => {
                kind_at.refuse(ViolationCode::Required, "needed: what is reported");
                CheckInKind::OnSite
            }
            // Refused already.
            None => CheckInKind::OnSite,
        };
        if request.coordinates.is_some() {
            let text = "where a technician is, is told by the event `technician_located`";
            self.report.field("coordinates").refuse(ViolationCode::Unimplemented, text);
        }
        Command::CheckIn {
            visit: self.id("visit_id", &request.visit_id),
            technician: self.id("technician_id", &request.technician_id),
            kind,
            time: self.time(&self.report.field("check_in_time"), request.check_in_time),
            eta: self.time(&self.report.field("arrival_time"), request.arrival_time),
        }
    }

    pub(super) fn complete_visit(&self, request: &wire::CompleteVisitRequest) -> Command {
        let outcome_at = self.report.field("outcome");
        let outcome = match enums::value(&outcome_at, request.outcome) {
            Some(wire::VisitOutcome::ReturnNeeded) => VisitOutcome::ReturnNeeded,
            Some(wire::VisitOutcome::FollowUp) => VisitOutcome::FollowUp,
            Some(wire::VisitOutcome::Done) => VisitOutcome::Done,
            Some(wire::VisitOutcome::Unspecified) => {
                outcome_at.refuse(ViolationCode::Required, "needed: how the visit ended");
                VisitOutcome::Done
            }
            // Refused already.
            None => VisitOutcome::Done,
        };
        Command::CompleteVisit {
            visit: self.id("visit_id", &request.visit_id),
            outcome,
            end: self.time(&self.report.field("end_time"), request.end_time),
            evidence: self.evidence(&request.evidence),
            parts_used: self.parts(&self.report.field("parts_used"), &request.parts_used),
            next: self.next_visit(request),
        }
    }

    fn next_visit(&self, request: &wire::CompleteVisitRequest) -> Option<Box<NextVisit>> {
        let (text, code) = (&request.follow_up_text, &request.follow_up_service_code);
        if request.follow_up.is_none() && text.is_empty() && code.is_empty() {
            return None;
        }
        let visit = request.follow_up.clone().unwrap_or_default();
        let at = self.report.field("follow_up");
        // Only these three count; what else a visit has stays as it was.
        let counted = wire::Visit {
            service_duration: visit.service_duration,
            parts: visit.parts.clone(),
            time_windows: visit.time_windows.clone(),
            ..wire::Visit::default()
        };
        if visit != counted {
            let text = "only `service_duration`, `parts` and `time_windows` can be given";
            at.refuse(ViolationCode::Conflict, text);
        }
        Some(Box::new(NextVisit {
            duration_s: visit.service_duration.map(|duration| duration.seconds),
            parts: self.parts(&at.field("parts"), &visit.parts),
            windows: self.windows(&at, &visit.time_windows),
            text: self.text("follow_up_text", text),
            service_code: self.text("follow_up_service_code", code),
        }))
    }

    pub(super) fn close_out(&self, request: &wire::CloseOutWorkOrderRequest) -> Command {
        Command::CloseOut {
            work_order: self.id("work_order_id", &request.work_order_id),
            etag: request.etag.clone(),
            labor_s: request.labor_duration.map(|duration| duration.seconds),
            evidence: self.evidence(&request.evidence),
        }
    }

    pub(super) fn reschedule(&self, request: &wire::RescheduleVisitRequest) -> Command {
        use wire::reschedule_visit_request::Visit;
        let visit = match &request.visit {
            Some(Visit::VisitId(id)) => VisitKey::Id(self.id("visit_id", id)),
            Some(Visit::RescheduleToken(token)) => VisitKey::Token(self.id("reschedule_token", token)),
            None => {
                let at = self.report.field("visit_id");
                at.refuse(ViolationCode::Required, "needed, or `reschedule_token`");
                VisitKey::Id(String::new())
            }
        };
        Command::Reschedule { visit, windows: self.windows(&self.report.root(), &request.time_windows) }
    }

    pub(super) fn cancel(&self, request: &wire::CancelWorkOrderRequest) -> Command {
        Command::Cancel {
            work_order: self.id("work_order_id", &request.work_order_id),
            etag: request.etag.clone(),
            text: self.text("text", &request.text),
        }
    }

    /// `known` is the permit as it stands: what it is for does not change.
    pub(super) fn record_permit(
        &self,
        request: &wire::RecordPermitRequest,
        known: Option<&Permit>,
    ) -> Command {
        let at = self.report.field("permit");
        let permit = request.permit.clone().unwrap_or_default();
        if permit.id.is_empty() {
            at.field("id").refuse(ViolationCode::Required, "needed");
        }
        let same = known.map(|known| [("kind", &known.kind), ("jurisdiction_id", &known.jurisdiction)]);
        for (name, known) in same.into_iter().flatten() {
            let given = if name == "kind" { &permit.kind } else { &permit.jurisdiction_id };
            if !given.is_empty() && given != known {
                let text = format_args!("{known:?} stands since the permit is needed");
                at.field(name).refuse(ViolationCode::Conflict, text);
            }
        }
        let state_at = at.field("state");
        let state = match enums::value(&state_at, permit.state) {
            Some(wire::PermitState::Required) => PermitState::Required,
            Some(wire::PermitState::Filed) => PermitState::Filed,
            Some(wire::PermitState::Issued) => PermitState::Issued,
            Some(wire::PermitState::Rejected) => PermitState::Rejected,
            Some(wire::PermitState::Expired) => PermitState::Expired,
            Some(wire::PermitState::Finaled) => PermitState::Finaled,
            Some(wire::PermitState::Unspecified) => {
                state_at.refuse(ViolationCode::Required, "needed: where the permit stands");
                PermitState::Required
            }
            // Refused already.
            None => PermitState::Required,
        };
        Command::RecordPermit {
            permit: permit.id.clone(),
            etag: request.etag.clone(),
            state,
            issued: self.time(&at.field("issued_time"), permit.issued_time),
            expected: self.time(&at.field("expected_time"), permit.expected_time),
            expire: self.time(&at.field("expire_time"), permit.expire_time),
            number: self.text("number", &request.number),
            text: self.text("text", &request.text),
        }
    }

    pub(super) fn book_inspection(&self, request: &wire::BookInspectionRequest) -> Command {
        let at = self.report.field("window");
        let given = request.window.into_iter();
        let window = given.filter_map(|window| self.window(&at, &window)).next();
        if request.window.is_none() {
            at.refuse(ViolationCode::Required, "needed: when the inspector comes");
        }
        let never = Window { start: Timestamp::UNIX_EPOCH, end: Timestamp::UNIX_EPOCH };
        Command::BookInspection {
            inspection: self.id("inspection_id", &request.inspection_id),
            window: window.unwrap_or(never),
        }
    }

    pub(super) fn adjust_stock(&self, request: &wire::AdjustStockRequest) -> Command {
        use wire::adjust_stock_request::Change;
        let change = match request.change {
            Some(Change::CountedQuantity(pieces)) => StockChange::Counted(pieces),
            Some(Change::AddedQuantity(pieces)) => StockChange::Added(pieces),
            None => {
                let at = self.report.field("counted_quantity");
                at.refuse(ViolationCode::Required, "needed, or `added_quantity`");
                StockChange::Added(0)
            }
        };
        self.not_built("text", !request.text.is_empty());
        Command::AdjustStock {
            location: self.location(request.location.as_ref()),
            sku: self.id("sku", &request.sku),
            change,
        }
    }

    pub(super) fn expect_parts(&self, request: &wire::ExpectPartsRequest) -> Command {
        let at = self.report.field("part");
        let part = self.parts(&at, request.part.as_slice()).pop();
        if request.part.is_none() {
            at.refuse(ViolationCode::Required, "needed: which part, and how many");
        }
        Command::ExpectParts {
            warehouse: self.id("warehouse_id", &request.warehouse_id),
            part: part.unwrap_or(PartNeed { sku: String::new(), quantity: 0 }),
            expected: self.time(&self.report.field("expected_time"), request.expected_time),
        }
    }

    fn location(&self, location: Option<&wire::StockLocation>) -> Location {
        use wire::stock_location::Location as At;
        let at = self.report.field("location");
        match location.and_then(|location| location.location.as_ref()) {
            Some(At::WarehouseId(id)) => Location::Warehouse(id.clone()),
            Some(At::TechnicianId(id)) => Location::Van(id.clone()),
            None => {
                at.field("warehouse_id").refuse(ViolationCode::Required, "needed, or `technician_id`");
                Location::Warehouse(String::new())
            }
        }
    }

    fn call(&self, call: &wire::Call, at: &Field<'_>) -> Call {
        let text = |name: &'static str, text: &String| {
            at.field(name).short_enough(text, self.limits.text_bytes);
            text.clone()
        };
        let channel = match enums::value(&at.field("channel"), call.channel) {
            None | Some(wire::CallChannel::Unspecified) => None,
            Some(wire::CallChannel::Phone) => Some(CallChannel::Phone),
            Some(wire::CallChannel::WebForm) => Some(CallChannel::WebForm),
            Some(wire::CallChannel::Text) => Some(CallChannel::Text),
            Some(wire::CallChannel::Email) => Some(CallChannel::Email),
        };
        let urgency = match enums::value(&at.field("urgency"), call.urgency) {
            None | Some(wire::Urgency::Unspecified) => None,
            Some(wire::Urgency::Danger) => Some(Urgency::Danger),
            Some(wire::Urgency::NoPower) => Some(Urgency::NoPower),
            Some(wire::Urgency::Soon) => Some(Urgency::Soon),
            Some(wire::Urgency::Planned) => Some(Urgency::Planned),
        };
        let amperes = at.field("panel_amperes").within(i64::from(call.panel_amperes), 0, 10_000);
        let site = call.place.as_ref().map(|place| {
            let point = place_point(place);
            if place.coordinates.is_some() && point.is_none() {
                let text = "not a latitude of -90 to 90 and a longitude of -180 to 180";
                at.field("place").field("coordinates").refuse(ViolationCode::OutOfRange, text);
            }
            Site { place_id: place.id.clone(), point }
        });
        Call {
            channel,
            receive_time: self.time(&at.field("receive_time"), call.receive_time),
            customer_id: text("customer_id", &call.customer_id),
            contact_name: text("contact_name", &call.contact_name),
            contact_phone: text("contact_phone", &call.contact_phone),
            contact_email: text("contact_email", &call.contact_email),
            site,
            address: text("address", &call.address),
            access: text("access", &call.access),
            symptom: text("symptom", &call.symptom),
            panel_amperes: amperes
                .and_then(|amperes| u32::try_from(amperes).ok())
                .filter(|&amperes| amperes > 0),
            urgency,
            time_windows: self.windows(at, &call.time_windows),
        }
    }

    fn evidence(&self, evidence: &[wire::Evidence]) -> Vec<Evidence> {
        self.report.field("evidence").at_most(evidence.len(), self.limits.list_entries);
        let read = |(i, one): (usize, &wire::Evidence)| {
            let (evidence_at, text_bytes) = (self.report.field("evidence"), self.limits.text_bytes);
            let at = evidence_at.index(i);
            if one.kind.is_empty() {
                at.field("kind").refuse(ViolationCode::Required, "needed");
            }
            at.field("uri").short_enough(&one.uri, text_bytes);
            at.field("text").short_enough(&one.text, text_bytes);
            Evidence { kind: one.kind.clone(), uri: one.uri.clone(), text: one.text.clone() }
        };
        evidence.iter().enumerate().map(read).collect()
    }

    fn parts(&self, at: &Field<'_>, parts: &[wire::PartQuantity]) -> Vec<PartNeed> {
        at.at_most(parts.len(), self.limits.list_entries);
        let read = |(i, part): (usize, &wire::PartQuantity)| {
            let at = at.index(i);
            if part.sku.is_empty() {
                at.field("sku").refuse(ViolationCode::Required, "needed");
            }
            let quantity = at.field("quantity").within(part.quantity, 1, 100_000)?;
            Some(PartNeed { sku: part.sku.clone(), quantity: u32::try_from(quantity).ok()? })
        };
        parts.iter().enumerate().filter_map(read).collect()
    }

    fn windows(&self, at: &Field<'_>, windows: &[wire::TimeWindow]) -> Vec<Window> {
        at.field("time_windows").at_most(windows.len(), self.limits.windows);
        let read = |(i, window)| self.window(&at.entry("time_windows", i), window);
        windows.iter().enumerate().filter_map(read).collect()
    }

    fn window(&self, at: &Field<'_>, window: &wire::TimeWindow) -> Option<Window> {
        let (start_at, end_at) = (at.field("start_time"), at.field("end_time"));
        for (given, at) in [(window.start_time, &start_at), (window.end_time, &end_at)] {
            if given.is_none() {
                at.refuse(ViolationCode::Required, "needed");
            }
        }
        let (start, end) = (self.time(&start_at, window.start_time)?, self.time(&end_at, window.end_time)?);
        if end < start {
            end_at.refuse(ViolationCode::EndBeforeStart, "the window ends before it starts");
            return None;
        }
        Some(Window { start, end })
    }

    fn time(&self, at: &Field<'_>, time: Option<wire::Timestamp>) -> Option<Timestamp> {
        let time = time?;
        let read = Timestamp::new(time.seconds, time.nanos).ok();
        if read.is_none() {
            at.refuse(ViolationCode::OutOfRange, "not an instant of the years 1 to 9999");
        }
        read
    }
}
