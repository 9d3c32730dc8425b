//! `journal`: the journals of boards verified, exported, imported and told again, with no server running or beside one.

use std::io::{self, Write};
use std::path::Path;

use journeyman_api::{JournalContent, JournalError, JournalRecord, replay_board, snapshot_agrees, wire};
use journeyman_store::{Effect, Limits, Location, Store, StoreError};
use tokio::runtime::Runtime;

use crate::args::{
    JournalArgs, JournalBoardArgs, JournalCommand, JournalEffectsArgs, JournalReplayArgs, JournalResendArgs,
    StoreArgs,
};
use crate::failure::{Failure, Outcome};
use crate::files::write_message;
use crate::roads::KnownRoads;
use crate::table::{LocalTime, write_plan};

/// Boards of one page.
const PAGE: usize = 256;

/// Does one of the verbs.
pub(crate) fn run(command: &JournalCommand) -> Result<Outcome, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match command {
        JournalCommand::Verify(arguments) => verify(&runtime, arguments),
        JournalCommand::Export(arguments) => export(&runtime, arguments),
        JournalCommand::Import(arguments) => import(&runtime, arguments),
        JournalCommand::Effects(arguments) => effects(&runtime, arguments),
        JournalCommand::Resend(arguments) => resend(&runtime, arguments),
        JournalCommand::Replay(arguments) => replay(&runtime, arguments),
    }
}

fn verify(runtime: &Runtime, arguments: &JournalArgs) -> Result<Outcome, Failure> {
    let store = open(runtime, &arguments.store)?;
    let limits = KnownRoads::of(&arguments.roads)?.limits();
    let mut out = io::stdout().lock();
    let (mut boards, mut broken) = (0, 0);
    for board in boards_of(runtime, &store)? {
        boards += 1;
        let read = runtime.block_on(store.verify(&board)).map_err(failed)?;
        if let Some((revision, fault)) = &read.broken {
            broken += 1;
            writeln!(out, "{board}: record {revision}: {fault}")?;
            continue;
        }
        for (revision, fault) in &read.broken_snapshots {
            writeln!(out, "{board}: snapshot {revision}: {fault}; its records do without it")?;
        }
        match snapshot_agrees((&store, runtime.handle()), &board, &limits) {
            Ok(true) => writeln!(out, "{board}: {} records, as it should be", read.records)?,
            Ok(false) => {
                broken += 1;
                writeln!(out, "{board}: its snapshot says something else than its records")?;
            }
            Err(error) => {
                broken += 1;
                writeln!(out, "{board}: {error}")?;
            }
        }
    }
    writeln!(out, "{boards} boards, {broken} broken")?;
    Ok(if broken == 0 { Outcome::Done } else { Outcome::Violations })
}

fn export(runtime: &Runtime, arguments: &JournalBoardArgs) -> Result<Outcome, Failure> {
    let store = open(runtime, &arguments.store)?;
    let mut out = io::BufWriter::new(io::stdout());
    runtime.block_on(store.export(&arguments.board, &mut out)).map_err(failed)?;
    out.flush()?;
    Ok(Outcome::Done)
}

fn import(runtime: &Runtime, arguments: &JournalArgs) -> Result<Outcome, Failure> {
    let location = given(&arguments.store)?;
    let store = runtime.block_on(Store::open(&location, Limits::default())).map_err(failed)?;
    let mut input = io::BufReader::new(io::stdin());
    let imported = runtime.block_on(store.import(&mut input)).map_err(failed)?;
    writeln!(io::stdout(), "{}: {} records, {} effects", imported.board, imported.records, imported.effects)?;
    Ok(Outcome::Done)
}

fn effects(runtime: &Runtime, arguments: &JournalEffectsArgs) -> Result<Outcome, Failure> {
    let store = open(runtime, &arguments.store)?;
    let mut out = io::stdout().lock();
    let mut skip = 0;
    loop {
        let page = store.effects(&arguments.board, arguments.state.into(), skip, PAGE);
        let page = runtime.block_on(page).map_err(failed)?;
        for status in &page {
            let Effect { key, work_order, kind, .. } = &status.effect;
            let error = if status.last_error.is_empty() { "-" } else { &status.last_error };
            writeln!(out, "{key}  {kind}  {work_order}  {} attempts  {error}", status.attempts)?;
            if arguments.bodies {
                writeln!(out, "    {}", String::from_utf8_lossy(&status.effect.body))?;
            }
        }
        skip += page.len();
        if page.len() < PAGE {
            writeln!(out, "{skip} effects")?;
            return Ok(Outcome::Done);
        }
    }
}

fn resend(runtime: &Runtime, arguments: &JournalResendArgs) -> Result<Outcome, Failure> {
    let store = open(runtime, &arguments.store)?;
    runtime.block_on(store.requeue(&arguments.board, &arguments.key)).map_err(failed)?;
    Ok(Outcome::Done)
}

fn replay(runtime: &Runtime, arguments: &JournalReplayArgs) -> Result<Outcome, Failure> {
    let store = open(runtime, &arguments.store)?;
    let limits = KnownRoads::of(&arguments.roads)?.limits();
    let mut told = Vec::new();
    let mut tell = |record: JournalRecord| told.push(record);
    let replayed =
        replay_board((&store, runtime.handle()), &arguments.board, &limits, &mut tell).map_err(unreadable)?;
    if arguments.json {
        write_message(&replayed.state)?;
        return Ok(Outcome::Done);
    }
    let mut out = io::stdout().lock();
    let day = replayed.state.problem.clone().unwrap_or_default();
    let local = LocalTime::of(&day);
    for record in &told {
        writeln!(out, "{:>6}  {}", record.number, line(record, &local))?;
    }
    writeln!(out)?;
    write_plan(&mut out, &day, &replayed.plan)?;
    for record in &replayed.work_orders {
        let id = record.work_order.as_ref().map(|order| order.id.as_str()).unwrap_or_default();
        let state = record.state().as_str_name().trim_start_matches("WORK_ORDER_STATE_");
        writeln!(out, "{id}  {state}")?;
    }
    for record in &replayed.permits {
        let permit = record.permit.clone().unwrap_or_default();
        let state = permit.state().as_str_name().trim_start_matches("PERMIT_STATE_");
        writeln!(out, "{}  {state}  {}", permit.id, record.number)?;
    }
    Ok(Outcome::Done)
}

/// A record in a line.
fn line(record: &JournalRecord, local: &LocalTime) -> String {
    match &record.content {
        JournalContent::State(state) => {
            let visits: usize =
                state.problem.iter().flat_map(|day| &day.work_orders).map(|order| order.visits.len()).sum();
            format!("the board is made, with {visits} visits")
        }
        JournalContent::Desk(step) => format!("the service cycle notes {} facts", step.facts.len()),
        JournalContent::Step(step) if step.events.is_empty() && step.routes.is_empty() => {
            format!("revision {}: time goes on", step.revision)
        }
        JournalContent::Step(step) if step.events.is_empty() => {
            format!("revision {}: a better plan, {} routes change", step.revision, step.routes.len())
        }
        JournalContent::Step(step) => {
            let events: Vec<String> = step.events.iter().map(|event| event_words(event, local)).collect();
            format!("revision {}: {}; {} routes change", step.revision, events.join(", "), step.routes.len())
        }
    }
}

fn event_words(event: &wire::Event, local: &LocalTime) -> String {
    // The JSON form names the kind: `{"id": …, "eventTime": …, "sickOut": {…}}`.
    let json = serde_json::to_value(event).unwrap_or_default();
    let kind = json.as_object().into_iter().flatten().map(|(name, _)| name.as_str());
    let kind = kind.filter(|name| !["id", "eventTime"].contains(name)).collect::<Vec<_>>().join(" ");
    format!("{} {kind} ({})", local.clock(event.event_time), event.id)
}

/// Opens a store that must be there.
fn open(runtime: &Runtime, arguments: &StoreArgs) -> Result<Store, Failure> {
    let location = given(arguments)?;
    if let Location::Folder(folder) = &location
        && !folder.is_dir()
    {
        return Err(Failure::input(format!("there is no folder {}", Path::display(folder))));
    }
    let refused = |error: StoreError| Failure::input(arguments.refusal(&error));
    runtime.block_on(Store::open(&location, Limits::default())).map_err(refused)
}

fn given(arguments: &StoreArgs) -> Result<Location, Failure> {
    match arguments.location() {
        Location::Memory => {
            Err(Failure::input("say where the journals are: --data FOLDER or --database-url URL"))
        }
        location => Ok(location),
    }
}

fn boards_of(runtime: &Runtime, store: &Store) -> Result<Vec<String>, Failure> {
    let mut all: Vec<String> = Vec::new();
    loop {
        let after = all.last().cloned().unwrap_or_default();
        let page = runtime.block_on(store.boards(&after, PAGE)).map_err(failed)?;
        let is_last = page.len() < PAGE;
        all.extend(page.into_iter().map(|entry| entry.board));
        if is_last {
            return Ok(all);
        }
    }
}

fn failed(error: StoreError) -> Failure {
    Failure::input(error)
}

fn unreadable(error: JournalError) -> Failure {
    Failure::input(error)
}
