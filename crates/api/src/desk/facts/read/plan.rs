//! What happened to visits before somebody drove: put off, planned, promised, moved.

use journeyman_desk::{EventKind, Placement, Promise};

use super::fields::{Read, each, integer, required};
use super::values::{self, instant};
use crate::desk::facts::error::FactError;
use crate::wire;

pub(super) fn assessment(fact: &wire::AssessmentNeededFact) -> Read<EventKind> {
    let assessment = required("assessment", fact.assessment.as_ref(), values::visit_work)?;
    Ok(EventKind::AssessmentNeeded { visit: fact.visit_id.clone(), assessment: Box::new(assessment) })
}

pub(super) fn scheduled(fact: &wire::VisitScheduled) -> Read<EventKind> {
    let placement = Placement {
        technician: fact.technician_id.clone(),
        start: required("start_time", fact.start_time.as_ref(), instant)?,
        end: required("end_time", fact.end_time.as_ref(), instant)?,
    };
    Ok(EventKind::VisitScheduled { visit: fact.visit_id.clone(), placement })
}

pub(super) fn promised(fact: &wire::PromiseAnnouncedFact) -> Read<EventKind> {
    let promise = Promise {
        number: integer("number", fact.number)?,
        window: required("window", fact.window.as_ref(), values::window)?,
        technician: fact.technician_id.clone(),
        made: required("make_time", fact.make_time.as_ref(), instant)?,
    };
    Ok(EventKind::PromiseAnnounced { visit: fact.visit_id.clone(), promise })
}

pub(super) fn link_made(fact: &wire::RescheduleLinkMadeFact) -> EventKind {
    EventKind::RescheduleLinkMade { visit: fact.visit_id.clone(), token: fact.token.clone() }
}

pub(super) fn rescheduled(fact: &wire::Rescheduled) -> Read<EventKind> {
    // The desk promises by a fact of its own, and what it can't keep is not ignored.
    if fact.promise.is_some() {
        return Err(FactError::unknown("promise", "given"));
    }
    let windows = each("time_windows", &fact.time_windows, values::window)?;
    Ok(EventKind::Rescheduled { visit: fact.visit_id.clone(), windows })
}
