//! Two customers call for the same afternoon: windows with their price and probability, capacity kept for one of them while
//! he thinks, freed when he does not call back, and a promise in the end.
//!
//! `make example name=quote_windows`

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use anyhow::Context;
use journeyman_api::wire::{
    Board, BoardRevision, ConfirmQuoteRequest, CreateBoardRequest, Duration, HoldQuoteRequest, PlanBasis,
    Problem, Quote, QuoteArrivalWindowsRequest, QuoteArrivalWindowsResponse, QuoteHold, SolveOptions, Visit,
    WatchBoardRequest, WorkOrder, event, plan_basis,
};
use journeyman_examples::{Story, bound_of, dollars};

const BOARD: &str = "st-george";
/// Technicians whose windows are shown.
const SHOWN: usize = 5;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut story = Story::begin(6, |_| {}).await?;
    println!("the day is planned: {}", bound_of(&story.plan));
    make_board(&mut story).await?;

    println!("\n09:40, Ms. Hale calls: an hour of work, any time today. What we can offer:");
    let offered = ask(&mut story, "Hale").await?;
    tell(&story, &offered);
    for reason in offered.reasons.iter().take(3) {
        println!("  not {}", reason.text);
    }
    let first = offered.quotes.first().context("somebody can come")?.clone();
    println!(
        "\nShe likes {} and wants to ask at home. We keep it for her for three seconds.",
        window(&story, &first)
    );
    let kept = hold(&mut story, &first, 3).await?;

    println!("\n09:41, Mr. Ruiz calls for the same work next door. What is left:");
    let meanwhile = ask(&mut story, "Ruiz").await?;
    tell(&story, &meanwhile);

    println!("\nMs. Hale does not call back.");
    wait_for_expiry(&mut story, &kept.id).await?;
    println!("Her hold has expired, and its hour is free again. What we can offer Mr. Ruiz now:");
    let again = ask(&mut story, "Ruiz").await?;
    tell(&story, &again);
    let best = again.quotes.first().context("the place is free again")?.clone();
    let before = meanwhile.quotes.first().map(|quote| quote.marginal_cost_micros - best.marginal_cost_micros);
    match before {
        Some(saved) if saved > 0 => println!("that is {} less than a minute ago", dollars(saved)),
        Some(_) => println!("that is no dearer than a minute ago"),
        None => println!("a minute ago there was nothing"),
    }

    let kept = hold(&mut story, &best, 600).await?;
    let request = ConfirmQuoteRequest {
        board_id: BOARD.to_owned(),
        hold_id: kept.id,
        ..ConfirmQuoteRequest::default()
    };
    let confirmed = story.scheduler.confirm_quote(request).await?.into_inner();
    let promised = confirmed.promise.and_then(|promise| promise.window).unwrap_or_default();
    println!(
        "\nHe takes it. Promised: {} to {}, by {}, for {} more.",
        story.clock(promised.start_time),
        story.clock(promised.end_time),
        best.technician_id,
        dollars(best.marginal_cost_micros)
    );
    let bound = confirmed.plan.and_then(|plan| plan.bound).context("an answer has a plan")?;
    println!("the plan now costs {}", dollars(bound.cost_micros));
    Ok(())
}

/// The board of the day with its plan, as it stands at 09:40.
async fn make_board(story: &mut Story) -> anyhow::Result<()> {
    let problem = Problem {
        baseline_plan: Some(story.plan.clone()),
        freeze_time: Some(story.at(9, 40)),
        ..story.problem.clone()
    };
    let options = SolveOptions { time_limit: Some(Duration::from_seconds(1)), ..SolveOptions::default() };
    let request = CreateBoardRequest {
        board: Some(Board { id: BOARD.to_owned(), ..Board::default() }),
        problem: Some(problem),
        options: Some(options),
        ..CreateBoardRequest::default()
    };
    story.boards.create_board(request).await?;
    Ok(())
}

async fn ask(story: &mut Story, name: &str) -> anyhow::Result<QuoteArrivalWindowsResponse> {
    let like = &story.problem.work_orders[0].visits[0];
    let visit = Visit {
        id: format!("V-{name}"),
        time_windows: Vec::new(),
        service_duration: Some(Duration::from_seconds(3_600)),
        ..like.clone()
    };
    let order = WorkOrder { id: format!("WO-{name}"), visits: vec![visit], ..WorkOrder::default() };
    let board = BoardRevision { board_id: BOARD.to_owned(), revision: None };
    let request = QuoteArrivalWindowsRequest {
        basis: Some(PlanBasis { basis: Some(plan_basis::Basis::Board(board)) }),
        work_order: Some(order),
        widths: vec![Duration::from_seconds(7_200)],
        quotes_max: Some(100),
        on_time_permille_min: 800,
        ..QuoteArrivalWindowsRequest::default()
    };
    Ok(story.scheduler.quote_arrival_windows(request).await?.into_inner())
}

async fn hold(story: &mut Story, quote: &Quote, seconds: i64) -> anyhow::Result<QuoteHold> {
    let request = HoldQuoteRequest {
        board_id: BOARD.to_owned(),
        quote_id: quote.id.clone(),
        ttl: Some(Duration::from_seconds(seconds)),
        ..HoldQuoteRequest::default()
    };
    story.scheduler.hold_quote(request).await?.into_inner().hold.context("an answer has a hold")
}

/// Follows the board until it tells that a hold has ended.
async fn wait_for_expiry(story: &mut Story, hold_id: &str) -> anyhow::Result<()> {
    let request = WatchBoardRequest { board_id: BOARD.to_owned(), from_revision: Some(1) };
    let mut steps = story.boards.watch_board(request).await?.into_inner();
    while let Some(step) = steps.message().await? {
        let ended =
            |kind: &event::Kind| matches!(kind, event::Kind::HoldExpired(it) if it.hold_id == hold_id);
        if step.events.iter().filter_map(|event| event.kind.as_ref()).any(ended) {
            return Ok(());
        }
    }
    anyhow::bail!("the board is gone")
}

/// The best window of each technician, as far as he has one among the cheapest hundred.
fn tell(story: &Story, offered: &QuoteArrivalWindowsResponse) {
    let mut told: Vec<&str> = Vec::new();
    for quote in &offered.quotes {
        if told.contains(&quote.technician_id.as_str()) || told.len() == SHOWN {
            continue;
        }
        told.push(&quote.technician_id);
        let sure = quote.arrival_window.unwrap_or_default().on_time_permille;
        println!(
            "  {}  {:>3} % on time  {:>8} more  {}",
            window(story, quote),
            (sure + 5) / 10,
            dollars(quote.marginal_cost_micros),
            quote.technician_id
        );
    }
}

fn window(story: &Story, quote: &Quote) -> String {
    let window = quote.arrival_window.and_then(|told| told.window).unwrap_or_default();
    format!("{} to {}", story.clock(window.start_time), story.clock(window.end_time))
}
