//! `RuleBook`: the versions of a board's rules.

use std::sync::Arc;

use journeyman_desk::Command;
use journeyman_rulebook::{RuleBook as Book, RuleBookError};
use tonic::{Request, Response, Status};

use super::super::planning::instant;
use super::{Asked, CycleService};
use crate::boards::BoardRefused;
use crate::violation::{InvalidRequest, Report, ViolationCode};
use crate::wire;
use crate::wire::rule_book_server::RuleBook;

fn write(book: &Book, loaded: Option<jiff::Timestamp>, with_text: bool) -> wire::RuleBookVersion {
    wire::RuleBookVersion {
        version: book.version().to_owned(),
        load_time: loaded.map(instant),
        toml: if with_text { book.text().to_owned() } else { String::new() },
    }
}

/// A text that is no rule book: each key that is wrong.
fn refused(error: &RuleBookError) -> InvalidRequest {
    let report = Report::new(usize::MAX);
    let at = report.field("toml");
    match error {
        RuleBookError::Invalid { violations } => {
            violations.iter().for_each(|violation| at.refuse(ViolationCode::RuleBookInvalid, violation));
        }
        other => at.refuse(ViolationCode::RuleBookInvalid, other),
    }
    report.finish().expect_err("it has a violation")
}

#[tonic::async_trait]
impl RuleBook for CycleService {
    async fn get_rule_book(
        &self,
        request: Request<wire::GetRuleBookRequest>,
    ) -> Result<Response<wire::GetRuleBookResponse>, Status> {
        let request = request.into_inner();
        let (kept, _) = self.desk(&request.board_id).await?;
        let books = kept.papers.cycle().books;
        let wanted = |(book, _): &&(Arc<Book>, jiff::Timestamp)| {
            request.version.is_empty() || book.version() == request.version
        };
        let found = books.iter().rev().find(wanted);
        let report = Report::new(1);
        if found.is_none() {
            let text =
                format_args!("the board has no rule book {:?}; the first call brings one", request.version);
            report.field("version").refuse(ViolationCode::UnknownId, text);
        }
        report.finish().map_err(|invalid| BoardRefused::from(invalid).status())?;
        let rule_book = found.map(|(book, loaded)| write(book, Some(*loaded), true));
        Ok(Response::new(wire::GetRuleBookResponse { rule_book }))
    }

    async fn list_rule_books(
        &self,
        request: Request<wire::ListRuleBooksRequest>,
    ) -> Result<Response<wire::ListRuleBooksResponse>, Status> {
        let request = request.into_inner();
        let size = self.page_size(request.page_size)?;
        let (kept, _) = self.desk(&request.board_id).await?;
        let books = kept.papers.cycle().books;
        // The latest first; a page goes on after the version that its token names.
        let mut left = books
            .iter()
            .rev()
            .skip_while(|(book, _)| !request.page_token.is_empty() && book.version() != request.page_token);
        if !request.page_token.is_empty() {
            left.next();
        }
        let mut page: Vec<_> = left.take(size + 1).collect();
        let more = page.len() > size;
        page.truncate(size);
        let last = page.last().filter(|_| more).map(|(book, _)| book.version().to_owned());
        let rule_books = page.iter().map(|(book, loaded)| write(book, Some(*loaded), false)).collect();
        Ok(Response::new(wire::ListRuleBooksResponse {
            rule_books,
            next_page_token: last.unwrap_or_default(),
        }))
    }

    async fn load_rule_book(
        &self,
        request: Request<wire::LoadRuleBookRequest>,
    ) -> Result<Response<wire::LoadRuleBookResponse>, Status> {
        let request = request.into_inner();
        let bare = wire::LoadRuleBookRequest { request_id: String::new(), ..request.clone() };
        let asked = Asked::of("LoadRuleBook", (&request.board_id, &request.request_id), &bare);
        let book = Book::parse(&request.toml);
        let book = Arc::new(book.map_err(|error| BoardRefused::from(refused(&error)).status())?);
        let (kept, _) = self.desk(&request.board_id).await?;
        let known = kept.papers.cycle().books;
        let is_taken =
            known.iter().any(|(known, _)| known.version() == book.version() && known.text() != book.text());
        let report = Report::new(1);
        if is_taken {
            let text = format_args!("the version {:?} has another text on this board", book.version());
            report.field("toml").refuse(ViolationCode::Conflict, text);
        }
        report.finish().map_err(|invalid| BoardRefused::from(invalid).status())?;
        if request.validate_only {
            let rule_book = Some(write(&book, None, false));
            let revision = kept.board.since(i64::MAX).revision;
            return Ok(Response::new(wire::LoadRuleBookResponse { rule_book, revision }));
        }
        let loaded = Arc::clone(&book);
        self.step(
            asked,
            move |_, reader| Ok(reader.done(Command::LoadRuleBook(book))?),
            move |done| wire::LoadRuleBookResponse {
                rule_book: Some(write(&loaded, None, false)),
                revision: done.revision,
            },
        )
        .await
    }
}
