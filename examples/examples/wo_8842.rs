//! WO-8842 from the call to the invoice: a breaker trips, no permit, the nearest journeyman with room, done and invoiced the same
//! day. And its sibling: a panel upgrade that waits for its permit and goes to the master. With the journal of both.
//!
//! `make example name=wo_8842`

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use anyhow::Context;
use journeyman_api::wire::{
    CheckInKind, FilePermitRequest, Permit, PermitState, RecordInspectionRequest, RecordPermitRequest,
    WorkOrderRecord,
};
use journeyman_examples::{BRANCH, Branch, state_of};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut branch = Branch::open().await?;
    breaker_trip(&mut branch).await?;
    panel_upgrade(&mut branch).await?;
    println!("\nwhat left the house (messages, filings, invoices):");
    print!("{}", branch.journal(&["effects", "--board", BRANCH, "--state", "waiting", "--bodies"]).await?);
    println!("\nthe journal, told again:");
    print!("{}", branch.journal(&["replay", "--board", BRANCH]).await?);
    Ok(())
}

async fn breaker_trip(branch: &mut Branch) -> anyhow::Result<()> {
    println!("{}  a call: \"Recurring breaker trip, 100 A panel\"", branch.clock(2, 8, 15).await?);
    let order = branch.call("WO-8842", "Recurring breaker trip, 100 A panel").await?;
    tell(&order);
    let (technician, arrival) = promised(branch, &order)?;
    branch.until(arrival).await?;
    for kind in [CheckInKind::EnRoute, CheckInKind::OnSite, CheckInKind::Started] {
        let order = branch.check_in("WO-8842/1", &technician, kind).await?;
        println!("{}  {technician}: {}", branch.local(Some(arrival)), state_of(&order));
    }
    println!("{}  the work is done", branch.clock(2, 11, 20).await?);
    let papers = ["panel-before", "panel-after", "cause", "work-done"];
    let words = ("WO-8842", "WO-8842/1", "INV-1042");
    invoice(&branch.finish(words, &papers, &[("BRK-20-1P", 1)]).await?);
    Ok(())
}

async fn panel_upgrade(branch: &mut Branch) -> anyhow::Result<()> {
    println!("\n{}  a call: \"replace panel, 200 A service\"", branch.clock(2, 13, 0).await?);
    let order = branch.call("WO-8843", "replace panel, 200 A service").await?;
    tell(&order);
    let permit_id = "WO-8843/permit".to_owned();
    let file = FilePermitRequest {
        board_id: BRANCH.to_owned(),
        permit_id: permit_id.clone(),
        ..FilePermitRequest::default()
    };
    let filed = branch.permits.file_permit(file).await?.into_inner().permit.unwrap_or_default();
    let expected = filed.permit.and_then(|permit| permit.expected_time);
    println!("           the permit is filed, expected {}; the visit is held", branch.local(expected));

    println!("{}  the city issues the permit", branch.clock(4, 10, 30).await?);
    let issued = Permit { id: permit_id.clone(), state: PermitState::Issued.into(), ..Permit::default() };
    let record = RecordPermitRequest {
        board_id: BRANCH.to_owned(),
        permit: Some(issued),
        number: "E-26-0417".to_owned(),
        ..RecordPermitRequest::default()
    };
    branch.permits.record_permit(record).await?;
    let order = branch.order("WO-8843").await?;
    let (technician, arrival) = promised(branch, &order)?;
    branch.until(arrival).await?;
    for kind in [CheckInKind::EnRoute, CheckInKind::OnSite, CheckInKind::Started] {
        let order = branch.check_in("WO-8843/1", &technician, kind).await?;
        println!("{}  {technician}: {}", branch.local(Some(arrival)), state_of(&order));
    }
    println!("{}  the work is done", branch.clock(5, 17, 0).await?);
    let papers = [
        "panel-before",
        "panel-after",
        "grounding",
        "labels",
        "load-calculation",
        "utility-disconnect",
        "work-done",
    ];
    let words = ("WO-8843", "WO-8843/1", "INV-1043");
    invoice(&branch.finish(words, &papers, &[("PANEL-200", 1), ("GROUND-KIT", 1)]).await?);
    println!("{}  the inspector passes it", branch.clock(9, 11, 0).await?);
    let passed = RecordInspectionRequest {
        board_id: BRANCH.to_owned(),
        inspection_id: format!("{permit_id}/1"),
        passed: true,
        ..RecordInspectionRequest::default()
    };
    let permit = branch.permits.record_inspection(passed).await?.into_inner().permit.unwrap_or_default();
    let state = permit.permit.unwrap_or_default().state();
    println!("           the permit is {}", state.as_str_name().trim_start_matches("PERMIT_STATE_"));
    Ok(())
}

/// What the rule book made of a call.
fn tell(order: &WorkOrderRecord) {
    let known = order.qualification.clone().unwrap_or_default();
    println!(
        "           understood as {} ({:.0} % sure, by {:?}), {}: {}",
        known.service_code,
        known.confidence * 100.0,
        known.deciding_words,
        if known.permit_required { "needs a permit" } else { "no permit" },
        state_of(order),
    );
}

/// Who comes, and the last moment of the window that was promised, at which he arrives here; says so.
fn promised(
    branch: &Branch,
    order: &WorkOrderRecord,
) -> anyhow::Result<(String, journeyman_api::wire::Timestamp)> {
    let visits = order.work_order.as_ref().map(|work| work.visits.clone()).unwrap_or_default();
    let promise = visits.last().and_then(|visit| visit.promise.clone()).context("a promise")?;
    let window = promise.window.context("a window")?;
    println!(
        "           {}: {} comes between {} and {}",
        state_of(order),
        promise.technician_id,
        branch.local(window.start_time),
        branch.local(window.end_time),
    );
    Ok((promise.technician_id, window.end_time.context("an end")?))
}

fn invoice(order: &WorkOrderRecord) {
    for line in &order.invoice_lines {
        let (whole, cents) = (line.total_cents / 100, line.total_cents % 100);
        println!("           {:<45} ${whole}.{cents:02}", line.text);
    }
    println!("           {}, invoice {}", state_of(order), order.invoice_id);
}
