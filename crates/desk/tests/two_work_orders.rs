//! Two work orders from the call to the invoice: a breaker that trips, and a panel that needs a permit.

mod office;

use journeyman_desk::{
    CheckInKind as K, Command, EffectBody, InspectionState, PermitState, Planning, TechnicianNews,
    VisitOutcome, WorkOrderState as S,
};
use journeyman_domain::LicenseClass;
use journeyman_rulebook::MessageKind as M;
use office::story::{Story, check_in, close_out, complete, dispatch, note, photo, record};
use office::{at, utah};

#[test]
fn breaker_trip_goes_from_the_call_to_the_invoice_without_a_permit() {
    let mut story = Story::begin(utah());
    let decision = story.call("WO-8842", "Recurring breaker trip, 100 A panel");
    let order = story.desk.work_order("WO-8842").expect("it was taken");
    let answer = order.qualification.as_ref().expect("it was qualified");
    assert_eq!((order.state, answer.service_code.as_str()), (S::Qualified, "breaker-trip"));
    assert!(!answer.permit_required && answer.confidence > 0.65 && !answer.deciding_words.is_empty());
    let visit = order.open_visit().expect("it is to be planned");
    assert_eq!((visit.work.id.as_str(), visit.work.license), ("WO-8842/1", LicenseClass::Journeyman));
    let told: Vec<_> = decision.events.iter().filter_map(journeyman_desk::DeskEvent::planning).collect();
    assert!(matches!(told[..], [Planning::NewWork { work_order: "WO-8842", .. }]), "{told:?}");

    story.at("2026-11-30T09:00").plan(&[("WO-8842/1", "bob", "2026-12-02T09:00", "2026-12-02T10:30")]);
    assert_eq!(story.state("WO-8842"), S::Scheduled);
    let (kind, due, text) = story.messages()[0].clone();
    assert_eq!((kind, due), (M::Confirmation, story.now));
    assert!(text.contains("Wednesday, December 2, between 9:00 AM and 11:00 AM"), "{text}");
    // The same plan again says nothing new.
    assert_eq!(story.plan(&[("WO-8842/1", "bob", "2026-12-02T09:00", "2026-12-02T10:30")]).effects, []);

    assert_eq!(story.desk.next_due(), Some(at("2026-12-01T09:00")));
    story.at("2026-12-01T09:00").tick();
    let (kind, _, text) = story.messages()[1].clone();
    assert!(kind == M::DayBefore && text.contains("Bob comes") && text.contains("0101010101"), "{text}");

    assert_eq!(story.desk.next_due(), Some(at("2026-12-02T05:30")));
    let list = story.at("2026-12-02T05:30").tick().effects;
    let EffectBody::PullList { technician, lines, .. } = &list[0].body else { panic!("{list:?}") };
    assert_eq!((technician.as_str(), lines[0].sku.as_str(), lines[0].quantity), ("bob", "BRK-20-1P", 1));
    assert_eq!(story.desk.pull_list("bob", "2026-12-02".parse().expect("a day")), *lines);

    let sent = story.at("2026-12-02T07:00").tick().effects;
    assert_eq!(story.state("WO-8842"), S::Dispatched);
    let EffectBody::TechnicianMessage { news: TechnicianNews::Dispatched(_), .. } = &sent[0].body else {
        panic!("{sent:?}")
    };

    story.at("2026-12-02T08:40").check_in("WO-8842/1", "bob", K::EnRoute);
    assert!(story.messages()[2].2.contains("arrives about 9:00 AM"), "{:?}", story.messages()[2]);
    story.at("2026-12-02T09:00").check_in("WO-8842/1", "bob", K::OnSite);
    story.at("2026-12-02T09:10").check_in("WO-8842/1", "bob", K::Started);
    story.at("2026-12-02T09:40").check_in("WO-8842/1", "bob", K::Paused);
    story.at("2026-12-02T10:00").check_in("WO-8842/1", "bob", K::Resumed);
    story.at("2026-12-02T10:35").check_in("WO-8842/1", "bob", K::Done);
    let evidence = vec![photo("panel-before"), note("cause"), note("work-done")];
    story.act(complete("WO-8842/1", VisitOutcome::Done, evidence, &[("BRK-20-1P", 2)]));
    assert_eq!(story.kinds(), [M::Confirmation, M::DayBefore, M::OnTheWay, M::Done]);
    assert_eq!(story.desk.not_invoiced().len(), 1);

    let refusal = story.refuse(close_out("WO-8842")).to_string();
    assert_eq!(refusal, "work order `WO-8842` is COMPLETED; missing: photo `panel-after`");
    let (work_order, etag) = ("WO-8842".to_owned(), String::new());
    let evidence = vec![photo("panel-after")];
    let effects = story.act(Command::CloseOut { work_order, etag, labor_s: None, evidence }).effects;
    // 9:10 to 10:35 less 20 minutes are 65 minutes: 109 hundredths at $145, and two breakers at $14.50.
    let order = story.desk.work_order("WO-8842").expect("it is closed");
    let lines: Vec<_> = order.invoice_lines.iter().map(|line| (line.quantity, line.total_cents)).collect();
    assert_eq!(lines, [(109, 15_805), (2, 2_900)]);
    let EffectBody::InvoiceRequested { total_cents: 18_705, .. } = effects[0].body else {
        panic!("{effects:?}")
    };
    assert_eq!(effects[0].due, story.now);
    // One of the two breakers was set aside in the warehouse, the other came from the van, which had none.
    let left: i64 =
        story.desk.stock().lines().filter(|(_, sku, _)| *sku == "BRK-20-1P").map(|l| l.2.quantity).sum();
    assert_eq!(left, 4);

    let acknowledge =
        |id: &str| Command::AcknowledgeInvoice { work_order: id.to_owned(), invoice: "INV-7".into() };
    story.act(acknowledge("WO-8842"));
    assert_eq!((story.state("WO-8842"), story.desk.not_invoiced().len()), (S::Invoiced, 0));
    assert!(story.refuse(acknowledge("WO-8842")).to_string().contains("is INVOICED; missing: state CLOSED"));
}

#[test]
fn panel_upgrade_waits_for_its_permit_and_is_finaled_after_inspection() {
    let mut story = Story::begin(utah());
    story.call("WO-8843", "replace panel, 200 A service");
    let order = story.desk.work_order("WO-8843").expect("it was taken");
    assert_eq!(order.state, S::AwaitingPermit);
    assert_eq!(order.open_visit().expect("it waits").work.license, LicenseClass::Master);
    let permit = story.desk.permit("WO-8843/permit").expect("it is required");
    assert_eq!((permit.state, permit.kind.as_str()), (PermitState::Required, "electrical-service"));

    let (permit, etag) = ("WO-8843/permit".to_owned(), "1".to_owned());
    let effects = story.act(Command::FilePermit { permit: permit.clone(), etag: etag.clone() }).effects;
    assert!(matches!(&effects[0].body, EffectBody::PermitFiling { adapter, .. } if adapter == "st-george"));
    let filed = story.desk.permit(&permit).expect("it is filed");
    // Half of such permits are issued within two days.
    assert_eq!((filed.state, filed.expected), (PermitState::Filed, Some(at("2026-12-02T08:00"))));
    let stale = story.refuse(Command::FilePermit { permit, etag }).to_string();
    assert_eq!(stale, "permit `WO-8843/permit` has etag 2, not 1");

    // Planned on the expected date, but nothing is promised.
    story.plan(&[("WO-8843/1", "ann", "2026-12-03T08:00", "2026-12-03T15:00")]);
    assert_eq!((story.state("WO-8843"), story.messages().len()), (S::AwaitingPermit, 0));
    let refusal = story.refuse(dispatch("WO-8843/1", "ann")).to_string();
    assert_eq!(refusal, "visit `WO-8843/1` is AWAITING_PERMIT; missing: state SCHEDULED");

    story.at("2026-12-02T10:00").issue("WO-8843/permit");
    assert_eq!(story.state("WO-8843"), S::Qualified);
    let permit = story.desk.permit("WO-8843/permit").expect("it is issued");
    assert_eq!(permit.expire, Some(at("2027-05-31T10:00")));
    story.plan(&[("WO-8843/1", "ann", "2026-12-03T08:00", "2026-12-03T15:00")]);
    story.act(dispatch("WO-8843/1", "ann"));
    story.at("2026-12-03T08:00").go("WO-8843/1", "ann");
    story.at("2026-12-03T15:00");
    let photos = ["panel-before", "panel-after", "grounding", "labels"].map(photo);
    let notes = ["load-calculation", "utility-disconnect", "work-done"].map(note);
    let evidence = photos.into_iter().chain(notes).collect();
    let parts = [("PANEL-200", 1), ("GROUND-KIT", 1)];
    let effects = story.act(complete("WO-8843/1", VisitOutcome::Done, evidence, &parts)).effects;
    let asks = effects.iter().find_map(|effect| match &effect.body {
        EffectBody::InspectionRequest { inspection, kind, .. } => Some((inspection.clone(), kind.clone())),
        _ => None,
    });
    assert_eq!(asks, Some(("WO-8843/permit/1".to_owned(), "final".to_owned())));
    story.act(close_out("WO-8843"));
    assert_eq!(story.desk.permits_left_open().len(), 1);

    let inspection = "WO-8843/permit/1".to_owned();
    let window = office::window("2026-12-07T09:00", "2026-12-07T12:00");
    story.act(Command::BookInspection { inspection: inspection.clone(), window });
    let (_, booked) = story.desk.inspection(&inspection).expect("it is booked");
    assert_eq!((booked.state, booked.window), (InspectionState::Booked, Some(window)));
    story.at("2026-12-07T11:00");
    story.act(Command::RecordInspection { inspection, passed: true, text: String::new() });
    assert_eq!(story.desk.permit("WO-8843/permit").map(|permit| permit.state), Some(PermitState::Finaled));
    assert_eq!((story.desk.permits_left_open().len(), story.state("WO-8843")), (0, S::Closed));
    // 7 hours at $115, a panel and grounding.
    let lines = &story.desk.work_order("WO-8843").expect("it is closed").invoice_lines;
    let totals: Vec<i64> = lines.iter().map(|line| line.total_cents).collect();
    assert_eq!(totals, [80_500, 64_500, 11_200]);
}

#[test]
fn permit_that_runs_out_takes_its_visit_back_from_the_technician() {
    let mut story = Story::begin(utah());
    story.call("WO-1", "replace panel, 200 A service");
    story.act(Command::FilePermit { permit: "WO-1/permit".into(), etag: String::new() });
    let mut issue = record("WO-1/permit", PermitState::Issued);
    if let Command::RecordPermit { expire, .. } = &mut issue {
        *expire = Some(at("2026-12-03T09:00"));
    }
    story.act(issue);
    // A start after its end is no place for the visit.
    story.plan(&[("WO-1/1", "ann", "2026-12-03T09:00", "2026-12-03T16:00")]);
    assert_eq!(story.state("WO-1"), S::Qualified);
    story.plan(&[("WO-1/1", "ann", "2026-12-03T08:30", "2026-12-03T15:30")]);
    story.at("2026-12-03T06:30").tick();
    assert_eq!(story.state("WO-1"), S::Dispatched);
    story.at("2026-12-03T08:50").check_in("WO-1/1", "ann", K::EnRoute);
    assert_eq!(story.desk.next_due(), Some(at("2026-12-03T09:00")));
    story.at("2026-12-03T09:00");
    let late = story.refuse(check_in("WO-1/1", "ann", K::Started)).to_string();
    assert!(late.contains("permit `WO-1/permit` ISSUED and valid at"), "{late}");
    let effects = story.tick().effects;
    assert!(matches!(
        &effects[0].body,
        EffectBody::TechnicianMessage { news: TechnicianNews::TakenBack, .. }
    ));
    assert_eq!(story.state("WO-1"), S::AwaitingPermit);
    assert_eq!(story.tasks(), ["MEND_PERMIT", "KEEP_PROMISE"]);
    // Its parts are free again.
    assert!(story.desk.stock().lines().all(|(_, _, line)| line.reserved == 0));
}
