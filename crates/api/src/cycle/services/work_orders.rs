//! `WorkOrders`: from the call to the invoice.

use journeyman_desk::{Command, VisitKey};
use journeyman_domain::Problem;
use tonic::{Request, Response, Status};

use super::super::act::Done;
use super::super::planning::{secret, window};
use super::super::records::{work_order_state, write_work_order};
use super::{Asked, CycleService, page};
use crate::boards::{BoardRefused, Kept};
use crate::violation::{InvalidRequest, Report, ViolationCode};
use crate::wire;
use crate::wire::work_orders_server::WorkOrders;

/// The record of a work order after a step.
fn record(done: &Done<'_>, id: &str) -> Option<wire::WorkOrderRecord> {
    done.desk.work_order(id).map(|order| write_work_order(done.desk, order))
}

/// The same of the work order of a visit.
fn record_of_visit(done: &Done<'_>, visit: &str) -> Option<wire::WorkOrderRecord> {
    done.desk.visit(visit).map(|(order, _)| write_work_order(done.desk, order))
}

/// The call with what the board knows of its place, and whose law holds there. A place that nobody knows needs coordinates.
fn locate(command: &mut Command, kept: &Kept) -> Result<(), InvalidRequest> {
    let (call, jurisdiction) = match command {
        Command::TakeCall { call, jurisdiction, .. } => (Some(call), jurisdiction),
        Command::Qualify { call, jurisdiction, .. } => (call.as_mut(), jurisdiction),
        _ => return Ok(()),
    };
    let Some(site) = call.and_then(|call| call.site.as_mut()) else { return Ok(()) };
    let session = kept.board.snapshot().session;
    let problem: &Problem = session.problem();
    let known = problem.places.iter().find(|known| known.label == site.place_id);
    site.point = site.point.or(known.and_then(|known| known.point));
    let report = Report::new(1);
    if known.is_none() && site.point.is_none() {
        let call_at = report.field("call");
        let text = format_args!("needed: the board has no place {:?}", site.place_id);
        call_at.field("place").field("coordinates").refuse(ViolationCode::Required, text);
    }
    report.finish()?;
    if jurisdiction.is_empty() {
        let found = site.point.and_then(|point| journeyman_engine::jurisdiction_at(problem, point));
        *jurisdiction = found.map(|id| problem.jurisdiction(id).label.clone()).unwrap_or_default();
    }
    Ok(())
}

#[tonic::async_trait]
impl WorkOrders for CycleService {
    async fn take_call(
        &self,
        request: Request<wire::TakeCallRequest>,
    ) -> Result<Response<wire::TakeCallResponse>, Status> {
        let request = request.into_inner();
        let bare = wire::TakeCallRequest { request_id: String::new(), ..request.clone() };
        let asked = Asked::of("TakeCall", (&request.board_id, &request.request_id), &bare);
        let made_up = || {
            let bytes = secret();
            format!("WO-{:02X}{:02X}{:02X}{:02X}", bytes[0], bytes[1], bytes[2], bytes[3])
        };
        let id = if request.work_order_id.is_empty() { made_up() } else { request.work_order_id.clone() };
        let order = id.clone();
        self.step(
            asked,
            move |kept, reader| {
                let mut command = reader.take_call(&request, id);
                let located = locate(&mut command, kept);
                let command = reader.done(command)?;
                located?;
                Ok(command)
            },
            move |done| wire::TakeCallResponse { work_order: record(done, &order), revision: done.revision },
        )
        .await
    }

    async fn qualify_work_order(
        &self,
        request: Request<wire::QualifyWorkOrderRequest>,
    ) -> Result<Response<wire::QualifyWorkOrderResponse>, Status> {
        let request = request.into_inner();
        let bare = wire::QualifyWorkOrderRequest { request_id: String::new(), ..request.clone() };
        let asked = Asked::of("QualifyWorkOrder", (&request.board_id, &request.request_id), &bare);
        let order = request.work_order_id.clone();
        self.step(
            asked,
            move |kept, reader| {
                let mut command = reader.qualify(&request);
                let located = locate(&mut command, kept);
                let command = reader.done(command)?;
                located?;
                Ok(command)
            },
            move |done| wire::QualifyWorkOrderResponse {
                work_order: record(done, &order),
                revision: done.revision,
            },
        )
        .await
    }

    async fn check_in(
        &self,
        request: Request<wire::CheckInRequest>,
    ) -> Result<Response<wire::CheckInResponse>, Status> {
        let request = request.into_inner();
        let bare = wire::CheckInRequest { request_id: String::new(), ..request.clone() };
        let asked = Asked::of("CheckIn", (&request.board_id, &request.request_id), &bare);
        let visit = request.visit_id.clone();
        self.step(
            asked,
            move |_, reader| {
                let command = reader.check_in(&request);
                Ok(reader.done(command)?)
            },
            move |done| wire::CheckInResponse {
                work_order: record_of_visit(done, &visit),
                revision: done.revision,
            },
        )
        .await
    }

    async fn complete_visit(
        &self,
        request: Request<wire::CompleteVisitRequest>,
    ) -> Result<Response<wire::CompleteVisitResponse>, Status> {
        let request = request.into_inner();
        let bare = wire::CompleteVisitRequest { request_id: String::new(), ..request.clone() };
        let asked = Asked::of("CompleteVisit", (&request.board_id, &request.request_id), &bare);
        let visit = request.visit_id.clone();
        self.step(
            asked,
            move |_, reader| {
                let command = reader.complete_visit(&request);
                Ok(reader.done(command)?)
            },
            move |done| wire::CompleteVisitResponse {
                work_order: record_of_visit(done, &visit),
                revision: done.revision,
            },
        )
        .await
    }

    async fn close_out_work_order(
        &self,
        request: Request<wire::CloseOutWorkOrderRequest>,
    ) -> Result<Response<wire::CloseOutWorkOrderResponse>, Status> {
        let request = request.into_inner();
        let bare = wire::CloseOutWorkOrderRequest { request_id: String::new(), ..request.clone() };
        let asked = Asked::of("CloseOutWorkOrder", (&request.board_id, &request.request_id), &bare);
        let order = request.work_order_id.clone();
        self.step(
            asked,
            move |_, reader| {
                let command = reader.close_out(&request);
                Ok(reader.done(command)?)
            },
            move |done| wire::CloseOutWorkOrderResponse {
                work_order: record(done, &order),
                revision: done.revision,
            },
        )
        .await
    }

    async fn acknowledge_invoice(
        &self,
        request: Request<wire::AcknowledgeInvoiceRequest>,
    ) -> Result<Response<wire::AcknowledgeInvoiceResponse>, Status> {
        let request = request.into_inner();
        let bare = wire::AcknowledgeInvoiceRequest { request_id: String::new(), ..request.clone() };
        let asked = Asked::of("AcknowledgeInvoice", (&request.board_id, &request.request_id), &bare);
        let order = request.work_order_id.clone();
        self.step(
            asked,
            move |_, reader| {
                let command = Command::AcknowledgeInvoice {
                    work_order: reader.id("work_order_id", &request.work_order_id),
                    invoice: reader.id("invoice_id", &request.invoice_id),
                };
                Ok(reader.done(command)?)
            },
            move |done| wire::AcknowledgeInvoiceResponse {
                work_order: record(done, &order),
                revision: done.revision,
            },
        )
        .await
    }

    async fn reschedule_visit(
        &self,
        request: Request<wire::RescheduleVisitRequest>,
    ) -> Result<Response<wire::RescheduleVisitResponse>, Status> {
        let request = request.into_inner();
        let bare = wire::RescheduleVisitRequest { request_id: String::new(), ..request.clone() };
        let asked = Asked::of("RescheduleVisit", (&request.board_id, &request.request_id), &bare);
        // A token is good for one move: the visit is looked up before it is used up.
        let (_, desk) = self.desk(&request.board_id).await?;
        let visit = match &request.visit {
            Some(wire::reschedule_visit_request::Visit::RescheduleToken(token)) => desk
                .as_ref()
                .and_then(|desk| desk.visit_of(&VisitKey::Token(token.clone())))
                .unwrap_or_default(),
            Some(wire::reschedule_visit_request::Visit::VisitId(id)) => id.clone(),
            None => String::new(),
        };
        self.step(
            asked,
            move |_, reader| {
                let command = reader.reschedule(&request);
                Ok(reader.done(command)?)
            },
            move |done| {
                let moved = done.desk.visit(&visit).and_then(|(_, visit)| visit.promise.as_ref());
                let promise = moved.map(|promise| wire::Promise {
                    window: Some(window(&promise.window)),
                    technician_id: promise.technician.clone(),
                    announced: false,
                });
                let work_order = record_of_visit(done, &visit);
                wire::RescheduleVisitResponse { work_order, promise, revision: done.revision }
            },
        )
        .await
    }

    async fn cancel_work_order(
        &self,
        request: Request<wire::CancelWorkOrderRequest>,
    ) -> Result<Response<wire::CancelWorkOrderResponse>, Status> {
        let request = request.into_inner();
        let bare = wire::CancelWorkOrderRequest { request_id: String::new(), ..request.clone() };
        let asked = Asked::of("CancelWorkOrder", (&request.board_id, &request.request_id), &bare);
        let order = request.work_order_id.clone();
        self.step(
            asked,
            move |_, reader| {
                let command = reader.cancel(&request);
                Ok(reader.done(command)?)
            },
            move |done| wire::CancelWorkOrderResponse {
                work_order: record(done, &order),
                revision: done.revision,
            },
        )
        .await
    }

    async fn get_work_order(
        &self,
        request: Request<wire::GetWorkOrderRequest>,
    ) -> Result<Response<wire::GetWorkOrderResponse>, Status> {
        let request = request.into_inner();
        let (_, desk) = self.desk(&request.board_id).await?;
        let found = desk.as_ref().and_then(|desk| {
            desk.work_order(&request.work_order_id).map(|order| write_work_order(desk, order))
        });
        let unknown = || unknown(journeyman_desk::SubjectKind::WorkOrder, &request.work_order_id);
        let work_order = Some(found.ok_or_else(unknown)?);
        Ok(Response::new(wire::GetWorkOrderResponse { work_order }))
    }

    async fn list_work_orders(
        &self,
        request: Request<wire::ListWorkOrdersRequest>,
    ) -> Result<Response<wire::ListWorkOrdersResponse>, Status> {
        let request = request.into_inner();
        let size = self.page_size(request.page_size)?;
        let states: Vec<i32> = request.states.clone();
        let (_, desk) = self.desk(&request.board_id).await?;
        let Some(desk) = desk else { return Ok(Response::new(Default::default())) };
        let wanted = desk
            .work_orders()
            .filter(|order| states.is_empty() || states.contains(&i32::from(work_order_state(order.state))));
        let (work_orders, next_page_token) = page(
            wanted,
            (&request.page_token, size),
            |order| order.id.clone(),
            |order| write_work_order(&desk, order),
        );
        Ok(Response::new(wire::ListWorkOrdersResponse { work_orders, next_page_token }))
    }
}

/// There is nothing of this id.
pub(super) fn unknown(kind: journeyman_desk::SubjectKind, id: &str) -> Status {
    BoardRefused::Desk(journeyman_desk::Refusal::Unknown { kind, id: id.to_owned() }).status()
}
