//! `Tasks`: what the service cycle asks a person to do.

use journeyman_desk::Command;
use tonic::{Request, Response, Status};

use super::super::records::{task_kind, write_task};
use super::{Asked, CycleService, page};
use crate::wire;
use crate::wire::tasks_server::Tasks;

#[tonic::async_trait]
impl Tasks for CycleService {
    async fn list_tasks(
        &self,
        request: Request<wire::ListTasksRequest>,
    ) -> Result<Response<wire::ListTasksResponse>, Status> {
        let request = request.into_inner();
        let size = self.page_size(request.page_size)?;
        let (_, desk) = self.desk(&request.board_id).await?;
        let Some(desk) = desk else { return Ok(Response::new(Default::default())) };
        let wanted = desk.tasks().filter(|task| {
            request.kinds.is_empty() || request.kinds.contains(&i32::from(task_kind(task.kind)))
        });
        let (tasks, next_page_token) =
            page(wanted, (&request.page_token, size), |task| task.id.clone(), |task| write_task(task));
        Ok(Response::new(wire::ListTasksResponse { tasks, next_page_token }))
    }

    async fn finish_task(
        &self,
        request: Request<wire::FinishTaskRequest>,
    ) -> Result<Response<wire::FinishTaskResponse>, Status> {
        let request = request.into_inner();
        let bare = wire::FinishTaskRequest { request_id: String::new(), ..request.clone() };
        let asked = Asked::of("FinishTask", (&request.board_id, &request.request_id), &bare);
        self.step(
            asked,
            move |_, reader| {
                let command = Command::FinishTask { task: reader.id("task_id", &request.task_id) };
                Ok(reader.done(command)?)
            },
            |done| wire::FinishTaskResponse { revision: done.revision },
        )
        .await
    }
}
