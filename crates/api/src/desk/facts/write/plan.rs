//! What happens to visits before somebody drives: held, released, planned, promised, moved.

use journeyman_desk::{Placement, Promise, VisitWork, Window};

use super::values::{self, instant};
use crate::wire;
use crate::wire::desk_fact::Kind;

pub(super) fn permit_awaited(visit: &str) -> Kind {
    Kind::PermitAwaited(wire::PermitAwaited { visit_id: visit.to_owned() })
}

pub(super) fn released(visit: &str) -> Kind {
    Kind::VisitReleased(wire::VisitReleased { visit_id: visit.to_owned() })
}

pub(super) fn assessment(visit: &str, assessment: &VisitWork) -> Kind {
    let (visit_id, assessment) = (visit.to_owned(), Some(values::visit_work(assessment)));
    Kind::AssessmentNeeded(wire::AssessmentNeededFact { visit_id, assessment })
}

pub(super) fn published(revision: i64) -> Kind {
    Kind::PlanPublished(wire::PlanPublished { plan_revision: revision })
}

pub(super) fn scheduled(visit: &str, placement: &Placement) -> Kind {
    Kind::VisitScheduled(wire::VisitScheduled {
        visit_id: visit.to_owned(),
        technician_id: placement.technician.clone(),
        start_time: Some(instant(placement.start)),
        end_time: Some(instant(placement.end)),
    })
}

pub(super) fn unscheduled(visit: &str) -> Kind {
    Kind::VisitUnscheduled(wire::VisitUnscheduled { visit_id: visit.to_owned() })
}

pub(super) fn promised(visit: &str, promise: &Promise) -> Kind {
    Kind::PromiseAnnounced(wire::PromiseAnnouncedFact {
        visit_id: visit.to_owned(),
        number: i64::from(promise.number),
        window: Some(values::window(&promise.window)),
        technician_id: promise.technician.clone(),
        make_time: Some(instant(promise.made)),
    })
}

pub(super) fn link_made(visit: &str, token: &str) -> Kind {
    let (visit_id, token) = (visit.to_owned(), token.to_owned());
    Kind::RescheduleLinkMade(wire::RescheduleLinkMadeFact { visit_id, token })
}

pub(super) fn rescheduled(visit: &str, windows: &[Window]) -> Kind {
    let (visit_id, time_windows) = (visit.to_owned(), values::windows(windows));
    Kind::Rescheduled(wire::Rescheduled { visit_id, time_windows, promise: None })
}
