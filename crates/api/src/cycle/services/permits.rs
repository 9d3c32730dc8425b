//! `Permits`: what gates work, and its inspections.

use journeyman_desk::{Command, Permit, SubjectKind, TaskKind};
use tonic::{Request, Response, Status};

use super::super::act::{Done, desk_of};
use super::super::planning::permit_state;
use super::super::records::write_permit_record;
use super::work_orders::unknown;
use super::{Asked, CycleService, page};
use crate::wire;
use crate::wire::permits_server::Permits;

fn record(done: &Done<'_>, id: &str) -> Option<wire::PermitRecord> {
    done.desk.permit(id).map(write_permit_record)
}

fn record_of_inspection(done: &Done<'_>, id: &str) -> Option<wire::PermitRecord> {
    done.desk.inspection(id).map(|(permit, _)| write_permit_record(permit))
}

#[tonic::async_trait]
impl Permits for CycleService {
    async fn get_permit(
        &self,
        request: Request<wire::GetPermitRequest>,
    ) -> Result<Response<wire::GetPermitResponse>, Status> {
        let request = request.into_inner();
        let (_, desk) = self.desk(&request.board_id).await?;
        let found = desk.as_ref().and_then(|desk| desk.permit(&request.permit_id)).map(write_permit_record);
        let permit = Some(found.ok_or_else(|| unknown(SubjectKind::Permit, &request.permit_id))?);
        Ok(Response::new(wire::GetPermitResponse { permit }))
    }

    async fn list_permits(
        &self,
        request: Request<wire::ListPermitsRequest>,
    ) -> Result<Response<wire::ListPermitsResponse>, Status> {
        let request = request.into_inner();
        let size = self.page_size(request.page_size)?;
        let (_, desk) = self.desk(&request.board_id).await?;
        let Some(desk) = desk else { return Ok(Response::new(Default::default())) };
        let all: Vec<&Permit> =
            if request.left_open { desk.permits_left_open() } else { desk.permits().collect() };
        let wanted = all.into_iter().filter(|permit| {
            request.states.is_empty() || request.states.contains(&i32::from(permit_state(permit.state)))
        });
        let (permits, next_page_token) = page(
            wanted,
            (&request.page_token, size),
            |permit| permit.id.clone(),
            |permit| write_permit_record(permit),
        );
        Ok(Response::new(wire::ListPermitsResponse { permits, next_page_token }))
    }

    async fn file_permit(
        &self,
        request: Request<wire::FilePermitRequest>,
    ) -> Result<Response<wire::FilePermitResponse>, Status> {
        let request = request.into_inner();
        let bare = wire::FilePermitRequest { request_id: String::new(), ..request.clone() };
        let asked = Asked::of("FilePermit", (&request.board_id, &request.request_id), &bare);
        let permit = request.permit_id.clone();
        self.step(
            asked,
            move |_, reader| {
                let command = Command::FilePermit {
                    permit: reader.id("permit_id", &request.permit_id),
                    etag: request.etag.clone(),
                };
                Ok(reader.done(command)?)
            },
            move |done| {
                // A person's task names what has to be handed in.
                let is_his = |task: &&journeyman_desk::Task| {
                    task.kind == TaskKind::FilePermit && task.subject == permit
                };
                let documents = done.desk.tasks().find(is_his).map(|task| task.items.clone());
                wire::FilePermitResponse {
                    permit: record(done, &permit),
                    documents: documents.unwrap_or_default(),
                    revision: done.revision,
                }
            },
        )
        .await
    }

    async fn record_permit(
        &self,
        request: Request<wire::RecordPermitRequest>,
    ) -> Result<Response<wire::RecordPermitResponse>, Status> {
        let request = request.into_inner();
        let bare = wire::RecordPermitRequest { request_id: String::new(), ..request.clone() };
        let asked = Asked::of("RecordPermit", (&request.board_id, &request.request_id), &bare);
        let permit = request.permit.as_ref().map(|permit| permit.id.clone()).unwrap_or_default();
        let permit_id = permit.clone();
        self.step(
            asked,
            move |kept, reader| {
                let desk = desk_of(&kept.papers);
                let known = desk.as_ref().and_then(|desk| desk.permit(&permit_id));
                let command = reader.record_permit(&request, known);
                Ok(reader.done(command)?)
            },
            move |done| wire::RecordPermitResponse { permit: record(done, &permit), revision: done.revision },
        )
        .await
    }

    async fn request_inspection(
        &self,
        request: Request<wire::RequestInspectionRequest>,
    ) -> Result<Response<wire::RequestInspectionResponse>, Status> {
        let request = request.into_inner();
        let bare = wire::RequestInspectionRequest { request_id: String::new(), ..request.clone() };
        let asked = Asked::of("RequestInspection", (&request.board_id, &request.request_id), &bare);
        let permit = request.permit_id.clone();
        self.step(
            asked,
            move |_, reader| {
                let command = Command::RequestInspection {
                    permit: reader.id("permit_id", &request.permit_id),
                    inspection: reader.text("inspection_id", &request.inspection_id),
                    kind: reader.id("kind", &request.kind),
                };
                Ok(reader.done(command)?)
            },
            move |done| wire::RequestInspectionResponse {
                permit: record(done, &permit),
                revision: done.revision,
            },
        )
        .await
    }

    async fn book_inspection(
        &self,
        request: Request<wire::BookInspectionRequest>,
    ) -> Result<Response<wire::BookInspectionResponse>, Status> {
        let request = request.into_inner();
        let bare = wire::BookInspectionRequest { request_id: String::new(), ..request.clone() };
        let asked = Asked::of("BookInspection", (&request.board_id, &request.request_id), &bare);
        let inspection = request.inspection_id.clone();
        self.step(
            asked,
            move |_, reader| {
                let command = reader.book_inspection(&request);
                Ok(reader.done(command)?)
            },
            move |done| wire::BookInspectionResponse {
                permit: record_of_inspection(done, &inspection),
                revision: done.revision,
            },
        )
        .await
    }

    async fn record_inspection(
        &self,
        request: Request<wire::RecordInspectionRequest>,
    ) -> Result<Response<wire::RecordInspectionResponse>, Status> {
        let request = request.into_inner();
        let bare = wire::RecordInspectionRequest { request_id: String::new(), ..request.clone() };
        let asked = Asked::of("RecordInspection", (&request.board_id, &request.request_id), &bare);
        let inspection = request.inspection_id.clone();
        self.step(
            asked,
            move |_, reader| {
                reader.not_built("decide_time", request.decide_time.is_some());
                let command = Command::RecordInspection {
                    inspection: reader.id("inspection_id", &request.inspection_id),
                    passed: request.passed,
                    text: reader.text("text", &request.text),
                };
                Ok(reader.done(command)?)
            },
            move |done| wire::RecordInspectionResponse {
                permit: record_of_inspection(done, &inspection),
                revision: done.revision,
            },
        )
        .await
    }
}
