//! What people have to do: `tasks`.

use std::io::{self, Write};

use journeyman_api::wire;

use super::{Desk, PAGE, all_pages, answer, or_dash, word};
use crate::args::TasksArgs;
use crate::failure::{Failure, Outcome};
use crate::table::{plain_table, write_table};

impl Desk {
    pub(super) async fn tasks(&self, arguments: &TasksArgs) -> Result<Outcome, Failure> {
        let Some(task) = &arguments.done else {
            let kinds = arguments.kinds.iter().map(|&kind| kind.into()).collect();
            let listed =
                wire::ListTasksResponse { tasks: self.open_tasks(kinds).await?, ..Default::default() };
            return self.tell(&listed, |out| self.write_tasks(out, &listed.tasks));
        };
        let request = wire::FinishTaskRequest {
            board_id: self.board.clone(),
            task_id: task.clone(),
            request_id: self.request_id(),
        };
        let finished = answer(self.tasks_service().finish_task(request).await)?;
        self.tell(&finished, |out| writeln!(out, "{task}  done"))
    }

    /// Open tasks of these kinds, or all, ordered by id.
    pub(super) async fn open_tasks(&self, kinds: Vec<i32>) -> Result<Vec<wire::Task>, Failure> {
        all_pages(async |page_token| {
            let (board_id, kinds) = (self.board.clone(), kinds.clone());
            let request = wire::ListTasksRequest { board_id, kinds, page_size: PAGE, page_token };
            let page = answer(self.tasks_service().list_tasks(request).await)?;
            Ok((page.tasks, page.next_page_token))
        })
        .await
    }

    fn write_tasks(&self, out: &mut dyn Write, tasks: &[wire::Task]) -> io::Result<()> {
        let mut table = plain_table();
        table.set_header(["task", "kind", "order", "since", "what", "needs"]);
        for task in tasks {
            table.add_row([
                task.id.clone(),
                kind(task).to_owned(),
                task.work_order_id.clone(),
                self.instant(task.open_time),
                task.text.clone(),
                or_dash(&task.items.join(", ")).to_owned(),
            ]);
        }
        write_table(out, &table)?;
        writeln!(out, "{} tasks", tasks.len())
    }
}

/// The kind of a task, as in `FILE_PERMIT`.
pub(super) fn kind(task: &wire::Task) -> &'static str {
    word(task.kind().as_str_name(), "TASK_KIND_")
}
