//! Rule books: `rules`.

use std::path::Path;

use journeyman_api::wire;

use super::{Desk, PAGE, all_pages, answer};
use crate::args::RulesVerb;
use crate::failure::{Failure, Outcome};
use crate::files::read_text;
use crate::table::{plain_table, write_table};

impl Desk {
    pub(super) async fn rules(&self, verb: &RulesVerb) -> Result<Outcome, Failure> {
        match verb {
            RulesVerb::Show { book } => {
                let request = wire::GetRuleBookRequest {
                    board_id: self.board.clone(),
                    version: book.clone().unwrap_or_default(),
                };
                let found = answer(self.rules_service().get_rule_book(request).await)?;
                let toml = found.rule_book.as_ref().map(|book| book.toml.as_str()).unwrap_or_default();
                // As it was loaded, so that it can be changed and loaded again.
                self.tell(&found, |out| out.write_all(toml.as_bytes()))
            }
            RulesVerb::Load { file, check } => self.load_rules(file, *check).await,
            RulesVerb::List => self.list_rules().await,
        }
    }

    async fn load_rules(&self, file: &Path, check: bool) -> Result<Outcome, Failure> {
        let request = wire::LoadRuleBookRequest {
            board_id: self.board.clone(),
            toml: read_text(file)?,
            validate_only: check,
            request_id: self.request_id(),
        };
        let loaded = self.rules_service().load_rule_book(request).await;
        let loaded = answer(loaded).map_err(|failure| failure.context(file.display().to_string()))?;
        let version = loaded.rule_book.as_ref().map(|book| book.version.as_str()).unwrap_or_default();
        self.tell(&loaded, |out| match check {
            true => writeln!(out, "{version}  can be loaded"),
            false => writeln!(out, "{version}  in force, revision {}", loaded.revision),
        })
    }

    async fn list_rules(&self) -> Result<Outcome, Failure> {
        let pages = all_pages(async |page_token| {
            let request =
                wire::ListRuleBooksRequest { board_id: self.board.clone(), page_size: PAGE, page_token };
            let page = answer(self.rules_service().list_rule_books(request).await)?;
            Ok((page.rule_books, page.next_page_token))
        });
        let listed = wire::ListRuleBooksResponse { rule_books: pages.await?, ..Default::default() };
        self.tell(&listed, |out| {
            let mut table = plain_table();
            table.set_header(["version", "in force since"]);
            for book in &listed.rule_books {
                table.add_row([book.version.clone(), self.instant(book.load_time)]);
            }
            write_table(out, &table)
        })
    }
}
