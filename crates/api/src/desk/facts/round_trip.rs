//! What is read is what was written, and what does not read is named.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use journeyman_desk::{Call, CallChannel, DeskEvent, EventKind as E, Permit, PermitState, Site};
use journeyman_domain::GeoPoint;
use journeyman_rulebook::{RuleBook, UTAH_WASHINGTON, Urgency};
use prost::Message as _;

use super::error::FactFault;
use super::samples::{KINDS, books, call, id, permit, place, samples, utah};
use super::{Books, read_fact, write_fact};
use crate::wire;

#[test]
fn every_kind_is_read_as_it_was_written() {
    let (books, mut seen) = (books(), BTreeSet::new());
    for event in samples() {
        let bytes = write_fact(&event).encode_to_vec();
        let fact = wire::DeskFact::decode(bytes.as_slice()).unwrap();
        assert_eq!(read_fact(&fact, &books).as_ref(), Ok(&event));
        seen.insert(place(&event.kind));
    }
    assert_eq!(seen, (0..KINDS).collect());
}

#[test]
fn closed_sets_and_points_are_read_as_they_were_written() {
    let mut kinds = Vec::new();
    let taken = |call| E::CallTaken {
        work_order: String::new(),
        call: Box::new(call),
        jurisdiction: String::new(),
        origin: None,
    };
    for state in PermitState::ALL {
        kinds.push(E::PermitRequired(Box::new(Permit { state, ..permit() })));
    }
    for step in -90..=90 {
        let point = GeoPoint::from_e7(step * 9_999_991, step * -19_999_993);
        let site = Some(Site { place_id: id("S"), point: Some(point.unwrap()) });
        kinds.push(taken(Call { site, ..call() }));
    }
    let channels = [CallChannel::Phone, CallChannel::WebForm, CallChannel::Text, CallChannel::Email];
    let urgencies = [Urgency::Danger, Urgency::NoPower, Urgency::Soon, Urgency::Planned];
    for (channel, urgency) in channels.into_iter().zip(urgencies) {
        kinds.push(taken(Call { channel: Some(channel), urgency: Some(urgency), ..call() }));
    }
    for kind in kinds {
        let event = DeskEvent { time: Timestamp::UNIX_EPOCH, kind };
        assert_eq!(read_fact(&write_fact(&event), &Books::default()).as_ref(), Ok(&event));
    }
}

#[test]
fn what_does_not_read_is_named_by_its_path() {
    let sample = |at: usize| {
        let event = samples().into_iter().find(|event| place(&event.kind) == at).unwrap();
        write_fact(&event)
    };
    let text = |fact: &wire::DeskFact, books: &Books| read_fact(fact, books).unwrap_err().to_string();
    let refusal = |fact: &wire::DeskFact| text(fact, &books());
    assert_eq!(refusal(&wire::DeskFact::default()), "time is missing");
    assert_eq!(refusal(&wire::DeskFact { kind: None, ..sample(0) }), "kind is missing");
    let odd = wire::Timestamp { seconds: 0, nanos: -1 };
    let fact = wire::DeskFact { time: Some(odd), ..sample(0) };
    assert_eq!(refusal(&fact), "time is 0 s and -1 ns, which this version does not know");

    use wire::desk_fact::Kind as K;
    let change = |at: usize, change: &dyn Fn(&mut K)| {
        let mut fact = sample(at);
        change(fact.kind.as_mut().unwrap());
        refusal(&fact)
    };
    let unknown_state = change(2, &|kind| {
        if let K::PermitRequired(fact) = kind {
            fact.inspections[1].state = 99;
        }
    });
    assert_eq!(unknown_state, "permit_required.inspections[1].state is 99, which this version does not know");
    let no_window_end = change(0, &|kind| {
        if let K::CallTaken(fact) = kind {
            fact.call.as_mut().unwrap().call.as_mut().unwrap().time_windows[0].end_time = None;
        }
    });
    assert_eq!(no_window_end, "call_taken.call.call.time_windows[0].end_time is missing");
    let too_many = change(25, &|kind| {
        if let K::PromiseAnnounced(fact) = kind {
            fact.number = -1;
        }
    });
    assert_eq!(too_many, "promise_announced.number is -1, which this version does not know");
    let other_version = change(41, &|kind| {
        if let K::RuleBookLoaded(fact) = kind {
            fact.version = "other".into();
        }
    });
    assert!(other_version.starts_with("rule_book_loaded.version is \"other\""), "{other_version}");
    let no_book = change(41, &|kind| {
        if let K::RuleBookLoaded(fact) = kind {
            fact.toml.clear();
        }
    });
    assert!(no_book.starts_with("rule_book_loaded.toml is no rule book: "), "{no_book}");

    let understood = samples().into_iter().rfind(|event| place(&event.kind) == 1).unwrap();
    let mut fact = write_fact(&understood);
    let error = read_fact(&fact, &Books::default()).unwrap_err();
    assert_eq!(error.path, "work_order_qualified.qualification.rule_book_version");
    assert_eq!(error.fault, FactFault::RuleBookVersion { version: utah().version().into() });
    if let Some(K::WorkOrderQualified(fact)) = &mut fact.kind {
        fact.work.as_mut().unwrap().service_code = "plumbing".into();
    }
    let error = read_fact(&fact, &books()).unwrap_err();
    assert_eq!(error.path, "work_order_qualified.work.service_code");
    let (version, code) = (utah().version().into(), "plumbing".into());
    assert_eq!(error.fault, FactFault::Service { version, code });
}

#[test]
fn version_means_one_text() {
    let mut books = books();
    assert_eq!(books.add(utah()), Ok(()));
    let other = RuleBook::parse(&format!("{UTAH_WASHINGTON}\n# amended\n")).unwrap();
    let refusal = books.add(Arc::new(other)).unwrap_err();
    assert_eq!(refusal.version, utah().version());
    assert_eq!(books.version(utah().version()), Some(&utah()));
}
