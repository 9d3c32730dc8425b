//! What offices of jurisdictions answer, read and recorded as `Permits.RecordPermit` records it. Who asks them is board's.

use journeyman_board::{FiledPermit, PermitClerk, Timers};
use journeyman_desk::{Command, Permit, PermitState};

use super::act::{act, desk_of, remind};
use super::commands::Reader;
use super::planning::instant;
use crate::boards::{BoardRefused, Registry, WeakRegistry};
use crate::cycle::BoardClock;
use crate::json::from_json;
use crate::limits::Limits;
use crate::violation::{InvalidRequest, Report, ViolationCode};
use crate::wire;

/// The clerk of all boards that this process leads. It does not keep them alive.
#[derive(Debug)]
pub(crate) struct Clerk {
    registry: WeakRegistry,
    limits: Limits,
    timers: Timers,
}

impl Clerk {
    pub(crate) fn of(registry: &Registry, limits: &Limits, timers: &Timers) -> Self {
        Self { registry: registry.downgrade(), limits: limits.clone(), timers: timers.clone() }
    }
}

impl PermitClerk for Clerk {
    fn filed(&self, jurisdiction: &str) -> Option<Vec<FiledPermit>> {
        let registry = self.registry.upgrade()?;
        let mut all = Vec::new();
        for kept in registry.led() {
            // A told clock stands still until somebody moves it; an office's answer belongs to the wall's time.
            if kept.papers.clock != BoardClock::Wall {
                continue;
            }
            let Some(desk) = desk_of(&kept.papers) else { continue };
            let is_asked =
                |permit: &&Permit| permit.state == PermitState::Filed && permit.jurisdiction == jurisdiction;
            let filed = desk.permits().filter(is_asked).map(|permit| permit.id.clone());
            all.extend(filed.map(|permit| FiledPermit { board: kept.papers.id.clone(), permit }));
        }
        Some(all)
    }

    fn hear(&self, filed: &FiledPermit, answer: &[u8]) -> Result<(), String> {
        let Some(registry) = self.registry.upgrade() else { return Ok(()) };
        let kept = registry.get(&filed.board).map_err(|refused| refused.to_string())?;
        let desk = desk_of(&kept.papers);
        let known = desk.as_ref().and_then(|desk| desk.permit(&filed.permit));
        // Meanwhile somebody may have recorded what the office says.
        let Some(known) = known.filter(|known| known.state == PermitState::Filed) else { return Ok(()) };
        let said: wire::RecordPermitRequest =
            from_json(answer, self.limits.message_bytes).map_err(|error| error.to_string())?;
        let refused = |invalid: InvalidRequest| invalid.to_string();
        let command = read(said, known, &self.limits).map_err(refused)?;
        if !is_news(&command, known) {
            return Ok(());
        }
        tracing::info!(board = filed.board, permit = filed.permit, "the office has news of a permit");
        act(&kept, &command, (&self.limits, None), |_| ())
            .map_err(|refused: BoardRefused| refused.to_string())?;
        remind(&kept, &self.limits, &self.timers);
        Ok(())
    }
}

/// The command that an answer about a permit stands for; it counts for the permit as it is known.
fn read(said: wire::RecordPermitRequest, known: &Permit, limits: &Limits) -> Result<Command, InvalidRequest> {
    let report = Report::new(limits.violations_default);
    for (name, given) in
        [("request_id", &said.request_id), ("board_id", &said.board_id), ("etag", &said.etag)]
    {
        if !given.is_empty() {
            report.field(name).refuse(ViolationCode::Conflict, "not an office's to say");
        }
    }
    let mut permit = said.permit.unwrap_or_default();
    if permit.id.is_empty() {
        permit.id.clone_from(&known.id);
    }
    if permit.state() == wire::PermitState::Filed && permit.expected_time.is_none() {
        // An office that names no time takes none back.
        permit.expected_time = known.expected.map(instant);
    }
    if permit.id != known.id {
        let text = format_args!("is not {:?}, which was asked about", known.id);
        report.field("permit").field("id").refuse(ViolationCode::Conflict, text);
    }
    report.finish()?;
    let request = wire::RecordPermitRequest {
        permit: Some(permit),
        // Whoever was faster than the office is not overruled.
        etag: known.version.to_string(),
        ..said
    };
    let reader = Reader::new(limits);
    let command = reader.record_permit(&request, Some(known));
    reader.done(command)
}

/// Whether a permit that is filed stands elsewhere now, is expected at another time or has another number.
fn is_news(said: &Command, known: &Permit) -> bool {
    match said {
        Command::RecordPermit { state: PermitState::Filed, expected, number, .. } => {
            *expected != known.expected || !number.is_empty() && *number != known.number
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filed() -> Permit {
        Permit {
            id: "WO-1/permit".to_owned(),
            kind: "electrical".to_owned(),
            jurisdiction: "us-ut-st-george".to_owned(),
            state: PermitState::Filed,
            work_order: "WO-1".to_owned(),
            number: String::new(),
            issued: None,
            expected: Some("2026-03-04T07:00:00Z".parse().unwrap()),
            expire: None,
            version: 2,
            filings: 1,
            inspections: Vec::new(),
        }
    }

    fn said(json: &str) -> Result<Command, String> {
        let said = from_json(json.as_bytes(), 1 << 10).map_err(|error| error.to_string())?;
        read(said, &filed(), &Limits::default()).map_err(|error| error.to_string())
    }

    #[test]
    fn an_answer_is_what_somebody_would_record() {
        let json = r#"{"permit": {"state": "PERMIT_STATE_ISSUED", "issuedTime": "2026-03-03T16:00:00Z",
            "expireTime": "2026-08-30T16:00:00Z"}, "number": "E-26-0417", "text": "granted"}"#;
        let wanted = Command::RecordPermit {
            permit: "WO-1/permit".to_owned(),
            etag: "2".to_owned(),
            state: PermitState::Issued,
            issued: Some("2026-03-03T16:00:00Z".parse().unwrap()),
            expected: None,
            expire: Some("2026-08-30T16:00:00Z".parse().unwrap()),
            number: "E-26-0417".to_owned(),
            text: "granted".to_owned(),
        };
        assert_eq!(said(json), Ok(wanted.clone()));
        assert!(is_news(&wanted, &filed()));
    }

    #[test]
    fn what_an_office_cannot_mean_is_refused_by_name() {
        for (json, field) in [
            (r#"{}"#, "permit.state"),
            (r#"{"permit": {"id": "P-9", "state": "PERMIT_STATE_ISSUED"}}"#, "permit.id"),
            (
                r#"{"permit": {"jurisdictionId": "us-ut", "state": "PERMIT_STATE_ISSUED"}}"#,
                "permit.jurisdiction_id",
            ),
            (r#"{"permit": {"state": "PERMIT_STATE_ISSUED"}, "boardId": "north"}"#, "board_id"),
            (r#"{"permit": {"state": "GRANTED"}}"#, "permit.state"),
            (r#"{"state": "PERMIT_STATE_ISSUED"}"#, "state"),
            (r#"<html>"#, "."),
        ] {
            let refused = said(json).unwrap_err();
            assert!(refused.starts_with(field), "{json}: {refused}");
        }
    }

    #[test]
    fn a_permit_that_is_filed_still_is_news_at_another_time_or_with_another_number_only() {
        let news = |json: &str| is_news(&said(json).unwrap(), &filed());
        assert!(!news(r#"{"permit": {"state": "PERMIT_STATE_FILED"}}"#));
        let expected = |time: &str| {
            news(&format!(r#"{{"permit": {{"state": "PERMIT_STATE_FILED", "expectedTime": "{time}"}}}}"#))
        };
        assert!(!expected("2026-03-04T07:00:00Z"));
        assert!(expected("2026-03-09T07:00:00Z"));
        let numbered = r#"{"permit": {"state": "PERMIT_STATE_FILED"}, "number": "E-26-0417"}"#;
        assert!(news(numbered));
        let known = Permit { number: "E-26-0417".to_owned(), ..filed() };
        assert!(!is_news(&said(numbered).unwrap(), &known));
        // An office that names no time takes none back.
        let Ok(Command::RecordPermit { expected, .. }) = said(numbered) else { panic!("it is read") };
        assert_eq!(expected, filed().expected);
    }
}
