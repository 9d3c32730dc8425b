//! `desk`: the service desk of a running server, a verb a call. What the server answers is shown; nothing is decided here.

mod calls;
mod metrics;
mod open;
mod orders;
mod permits;
mod refusal;
mod rules;
mod stock;
mod tasks;
mod visits;

use std::io::{self, Write};
use std::time::Duration;

use journeyman_api::wire;
use journeyman_api::wire::boards_client::BoardsClient;
use journeyman_api::wire::permits_client::PermitsClient;
use journeyman_api::wire::rule_book_client::RuleBookClient;
use journeyman_api::wire::stock_client::StockClient;
use journeyman_api::wire::tasks_client::TasksClient;
use journeyman_api::wire::work_orders_client::WorkOrdersClient;
use serde::Serialize;
use tonic::transport::Channel;
use tonic::{Response, Status};

pub(crate) use self::refusal::refused;
use crate::args::{DeskArgs, DeskServerArgs, DeskVerb};
use crate::failure::{Failure, Outcome};
use crate::files::write_message;

/// How long a server may take to be there.
const CONNECT_TIME_MAX: Duration = Duration::from_secs(10);
/// Bytes of an answer: as many as a server sends by default.
const ANSWER_BYTES_MAX: usize = 64 << 20;
/// Entries of one page of a list, of which all pages are read.
const PAGE: i32 = 500;

/// Does one of the verbs.
pub(crate) fn run(arguments: &DeskArgs) -> Result<Outcome, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        if arguments.server.request_id.is_some() && arguments.verb.only_reads() {
            return Err(Failure::input("--request-id is for verbs that change something"));
        }
        let desk = Desk::connect(&arguments.server).await?;
        desk.act(&arguments.verb).await
    })
}

/// One board of a server, and how its answers are shown.
struct Desk {
    channel: Channel,
    board: String,
    json: bool,
    time_zone: Option<jiff::tz::TimeZone>,
    request_id: Option<String>,
}

impl Desk {
    async fn connect(arguments: &DeskServerArgs) -> Result<Self, Failure> {
        let board = arguments.board.clone();
        let board =
            board.ok_or_else(|| Failure::input("say which board: --board ID, or JOURNEYMAN_BOARD"))?;
        let target = &arguments.target;
        let channel = Channel::builder(target.clone()).connect_timeout(CONNECT_TIME_MAX).connect().await;
        let channel = channel.map_err(|error| {
            Failure::Internal(anyhow::Error::new(error).context(format!("no server at {target}")))
        })?;
        let (json, time_zone) = (arguments.json, arguments.time_zone.clone());
        Ok(Self { channel, board, json, time_zone, request_id: arguments.request_id.clone() })
    }

    async fn act(&self, verb: &DeskVerb) -> Result<Outcome, Failure> {
        match verb {
            DeskVerb::Open(arguments) => self.open(arguments).await,
            DeskVerb::Call(arguments) => self.call(arguments).await,
            DeskVerb::Qualify(arguments) => {
                self.qualify(&arguments.order, arguments.service.as_deref()).await
            }
            DeskVerb::CheckIn(arguments) => self.check_in(arguments).await,
            DeskVerb::Complete(arguments) => self.complete(arguments).await,
            DeskVerb::Close(arguments) => self.close(&arguments.order, arguments.evidence.all()).await,
            DeskVerb::Invoice(arguments) => self.invoice(&arguments.order, &arguments.invoice).await,
            DeskVerb::Cancel(arguments) => self.cancel(&arguments.order, arguments.why.as_deref()).await,
            DeskVerb::Reschedule(arguments) => self.reschedule(arguments).await,
            DeskVerb::Permit(verb) => self.permit(verb).await,
            DeskVerb::Inspection(verb) => self.inspection(verb).await,
            DeskVerb::Stock(verb) => self.stock(verb).await,
            DeskVerb::Rules(verb) => self.rules(verb).await,
            DeskVerb::Tasks(arguments) => self.tasks(arguments).await,
            DeskVerb::Show(arguments) => self.show(&arguments.order).await,
            DeskVerb::List(arguments) => self.list(arguments).await,
            DeskVerb::Clock(arguments) => self.clock(arguments.time).await,
            DeskVerb::Metrics => self.metrics().await,
        }
    }

    /// The id under which the server does a request once, however often it comes; empty for none.
    fn request_id(&self) -> String {
        self.request_id_of("")
    }

    /// The same for one step of a verb that is several requests.
    fn request_id_of(&self, step: &str) -> String {
        self.request_id.as_ref().map(|id| format!("{id}{step}")).unwrap_or_default()
    }

    fn boards_service(&self) -> BoardsClient<Channel> {
        BoardsClient::new(self.channel.clone()).max_decoding_message_size(ANSWER_BYTES_MAX)
    }

    fn orders_service(&self) -> WorkOrdersClient<Channel> {
        WorkOrdersClient::new(self.channel.clone()).max_decoding_message_size(ANSWER_BYTES_MAX)
    }

    fn permits_service(&self) -> PermitsClient<Channel> {
        PermitsClient::new(self.channel.clone()).max_decoding_message_size(ANSWER_BYTES_MAX)
    }

    fn stock_service(&self) -> StockClient<Channel> {
        StockClient::new(self.channel.clone()).max_decoding_message_size(ANSWER_BYTES_MAX)
    }

    fn rules_service(&self) -> RuleBookClient<Channel> {
        RuleBookClient::new(self.channel.clone()).max_decoding_message_size(ANSWER_BYTES_MAX)
    }

    fn tasks_service(&self) -> TasksClient<Channel> {
        TasksClient::new(self.channel.clone()).max_decoding_message_size(ANSWER_BYTES_MAX)
    }

    /// Shows an answer: as JSON where that is asked for, otherwise in words.
    fn tell<M: Serialize>(
        &self,
        answer: &M,
        words: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<Outcome, Failure> {
        if self.json {
            write_message(answer)?;
        } else {
            words(&mut io::stdout().lock())?;
        }
        Ok(Outcome::Done)
    }

    /// `2026-03-02T18:00:00Z`, or the same at the offset of the time zone; `-` for no instant.
    fn instant(&self, instant: Option<wire::Timestamp>) -> String {
        let instant = instant.and_then(|instant| jiff::Timestamp::new(instant.seconds, instant.nanos).ok());
        match (instant, &self.time_zone) {
            (None, _) => "-".to_owned(),
            (Some(instant), None) => instant.to_string(),
            (Some(instant), Some(zone)) => instant.display_with_offset(zone.to_offset(instant)).to_string(),
        }
    }

    /// Both ends of a window; `-` for none.
    fn window(&self, window: Option<&wire::TimeWindow>) -> String {
        window.map_or_else(
            || "-".to_owned(),
            |window| format!("{} to {}", self.instant(window.start_time), self.instant(window.end_time)),
        )
    }
}

/// What a call to the server brought.
fn answer<M>(called: Result<Response<M>, Status>) -> Result<M, Failure> {
    called.map(Response::into_inner).map_err(|status| refused(&status))
}

/// Every page of a list, one after the other. `page` answers to a token with entries and the next token.
async fn all_pages<T>(
    mut page: impl AsyncFnMut(String) -> Result<(Vec<T>, String), Failure>,
) -> Result<Vec<T>, Failure> {
    let (mut all, mut token) = (Vec::new(), String::new());
    loop {
        let (entries, next) = page(token).await?;
        all.extend(entries);
        if next.is_empty() {
            return Ok(all);
        }
        token = next;
    }
}

/// A word of the contract without its enumeration's name: `ON_SITE`.
fn word(name: &'static str, prefix: &str) -> &'static str {
    name.strip_prefix(prefix).unwrap_or(name)
}

/// A text that may be empty.
fn or_dash(text: &str) -> &str {
    if text.is_empty() { "-" } else { text }
}
