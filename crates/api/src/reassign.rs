//! Events answered: the request read, the day opened, the events applied, the answers written. What the server and the
//! command line share.

use std::time::{Duration, Instant};

use journeyman_domain::Problem;
use journeyman_engine::{Control, EngineError, Reply, Session, SolveOptions, Wishes};

use crate::limits::Limits;
use crate::scheduler::{now, write_statistics};
use crate::under_way::{AcceptedReassign, accept_reassign};
use crate::violation::InvalidRequest;
use crate::{read_event, wire, write_reply};

/// Why a question was not answered.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Refused {
    /// The request breaks rules.
    #[error(transparent)]
    Invalid(#[from] InvalidRequest),
    /// The engine can't, or not with this day.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// The first answer to events, and every better one as long as `tell` wants to hear of them; the last one told is the
/// best. With `validate_only` nothing is told.
///
/// # Errors
/// Everything that is wrong with the request, an event that cannot have happened to the day, a cancelled control, a failed
/// check.
pub fn reassign(
    request: &wire::ReassignRequest,
    limits: &Limits,
    control: &Control,
    tell: &mut dyn FnMut(&Reply, wire::ReassignResponse) -> bool,
) -> Result<(), Refused> {
    let begin = now();
    let accepted = accept_reassign(request, limits)?;
    let (mut session, _) = Session::open(accepted.day.problem.clone(), accepted.now)?;
    let read = |number: usize, problem: &Problem| -> Result<_, Refused> {
        let card = accepted.day.rate_card.as_ref();
        Ok(read_event(&request.events[number], (problem, card), limits, number)?)
    };
    let wishes = Wishes { changes_max: accepted.changes_max, ..Wishes::default() };
    let first = session.reassign(request.events.len(), read, accepted.now, wishes)?;
    if accepted.options.validate_only {
        return Ok(());
    }
    let writer = Writer { accepted: &accepted, events: ids(&request.events), begin };
    if !tell(&first, writer.write(&first)) {
        return Ok(());
    }
    let mut last = first;
    if !accepted.improve_for.is_zero() {
        last = session.improve(&accepted.search(), control, &mut |reply| {
            if !tell(&reply, writer.write(&reply)) {
                control.cancel();
            }
        })?;
        tell(&last, writer.write(&last));
    }
    if let Some(savings) = &accepted.savings {
        let AcceptedReassign { options, .. } = &accepted;
        savings.weigh(&session, &mut last, ((options.seed, options.threads), control))?;
        tell(&last, writer.write(&last));
    }
    Ok(())
}

impl AcceptedReassign {
    /// How to look for something better than the first answer.
    fn search(&self) -> SolveOptions {
        SolveOptions {
            time_limit: Some(self.improve_for),
            iterations_max: self.options.iterations_max,
            seed: self.options.seed,
            threads: self.options.threads,
            gap_limit: (self.options.gap_limit > 0.0).then_some(self.options.gap_limit),
        }
    }
}

fn ids(events: &[wire::Event]) -> Vec<String> {
    events.iter().map(|event| event.id.clone()).collect()
}

/// What replies are written with.
struct Writer<'a> {
    accepted: &'a AcceptedReassign,
    events: Vec<String>,
    begin: Instant,
}

impl Writer<'_> {
    fn write(&self, reply: &Reply) -> wire::ReassignResponse {
        let mut written = write_reply(reply, &self.events, &self.accepted.day.dropped);
        let statistics = reply.statistics.as_ref().map(write_statistics);
        written.statistics = Some(statistics.unwrap_or_else(|| wire::SolveStatistics {
            elapsed_duration: Some(span(now() - self.begin)),
            threads: i32::try_from(self.accepted.options.threads).unwrap_or(i32::MAX),
            seed: self.accepted.options.seed,
            ..wire::SolveStatistics::default()
        }));
        written
    }
}

fn span(span: Duration) -> wire::Duration {
    wire::Duration {
        seconds: i64::try_from(span.as_secs()).unwrap_or(i64::MAX),
        nanos: i32::try_from(span.subsec_nanos()).unwrap_or(0),
    }
}
