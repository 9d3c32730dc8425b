//! What a board loses by answering soon: after each event its plan after one second of improvement, against a fresh solve
//! of 30 seconds of the same state at the same prices; and its first answer against what a regret insertion from scratch
//! serves.
//!
//! Both are plans of one and the same problem, so their costs compare. `JOURNEYMAN_EVENTS` says how many events.

#![expect(clippy::print_stdout, reason = "prints its table")]
#![expect(clippy::disallowed_methods, reason = "a bench is its own composition root")]
#![expect(clippy::cast_precision_loss, reason = "ratios for people")]

use std::error::Error;
use std::time::Duration;

use journeyman_benches::{Morning, within};
use journeyman_domain::{Event, Problem, Score, VisitId};
use journeyman_eligibility::Eligibility;
use journeyman_engine::{Control, Reply, solve};
use journeyman_route::RouteModel;
use journeyman_search::{Solution, mend};
use journeyman_travel::{Travel, visit_jurisdictions};

const EVENTS: usize = 20;
const SOON: Duration = Duration::from_secs(1);
const PATIENT: Duration = Duration::from_secs(30);

fn main() -> Result<(), Box<dyn Error>> {
    let events = std::env::var("JOURNEYMAN_EVENTS").map_or(Ok(EVENTS), |text| text.parse())?;
    let mut morning = Morning::begin(&within(PATIENT))?;
    let mut tried = Tried::default();
    println!("event              first $   scratch $   after 1 s $   30 s $   1 s over 30 s");
    while tried.soon.len() < events {
        let (event, first) = morning.go_on()?;
        let soon = morning.session.improve(&within(SOON), &Control::default(), &mut |_| {})?;
        let patient = solve(&first.problem, &within(PATIENT), &Control::default(), false, &mut |_| {})?;
        tried.take(&event, &first, &soon, patient.plan.score());
    }
    tried.tell();
    Ok(())
}

/// Plans side by side.
#[derive(Default)]
struct Tried {
    /// Cost after a second over that of the patient solve, less one; none where they leave out different numbers of
    /// visits that must be served.
    soon: Vec<Option<f64>>,
    /// Cost of the first answer over that of an insertion from scratch, less one, and visits served by both.
    first: Vec<(f64, usize, usize)>,
}

impl Tried {
    fn take(&mut self, event: &Event, first: &Reply, soon: &Reply, patient: Score) {
        let (scratch, scratch_served) = from_scratch(&first.problem);
        let served = first.problem.visits.len() - first.plan.unassigned.len();
        let [first, soon] = [first.plan.score(), soon.plan.score()];
        self.first.push((over(first, scratch).unwrap_or(0.0), served, scratch_served));
        let loss = over(soon, patient);
        let dollars = |score: Score| score.cost.micros() / 1_000_000;
        let kind = format!("{:?}", event.kind);
        let name: String = kind.chars().take_while(char::is_ascii_alphabetic).collect();
        println!(
            "{:<4} {name:<13} {:>7} {:>11} {:>13} {:>8} {:>15}",
            event.label,
            dollars(first),
            dollars(scratch),
            dollars(soon),
            dollars(patient),
            loss.map_or_else(|| "other visits".to_owned(), |loss| format!("{:.2} %", loss * 100.0))
        );
        self.soon.push(loss);
    }

    fn tell(&self) {
        let losses: Vec<f64> = self.soon.iter().flatten().copied().collect();
        let count = losses.len() as f64;
        let worst = losses.iter().copied().fold(f64::MIN, f64::max);
        println!(
            "after 1 s over 30 s: mean {:.2} %, worst {:.2} %",
            losses.iter().sum::<f64>() / count * 100.0,
            worst * 100.0
        );
        let fewer = self.first.iter().filter(|(_, served, scratch)| served * 100 < scratch * 99).count();
        let dearest = self.first.iter().map(|(over, ..)| *over).fold(f64::MIN, f64::max);
        println!(
            "first answers that serve less than 99 % of an insertion from scratch: {fewer}; dearest {:.2} % over it",
            dearest * 100.0
        );
    }
}

/// One score over another, less one; none where they leave out different numbers of visits that must be served.
fn over(one: Score, other: Score) -> Option<f64> {
    let same = one.mandatory_unserved == other.mandatory_unserved;
    same.then(|| one.cost.micros() as f64 / other.cost.micros() as f64 - 1.0)
}

/// Everything inserted by regret into what has happened: the score, and the visits served.
fn from_scratch(problem: &Problem) -> (Score, usize) {
    let travel = Travel::build(problem).expect("the day has all places");
    let eligibility = Eligibility::build(problem, &visit_jurisdictions(problem));
    let model = RouteModel::build(problem, &travel, &[]);
    let mut solution = Solution::empty(&model).expect("what has happened fits");
    let open: Vec<VisitId> = solution.unserved().collect();
    mend(&model, &eligibility, &mut solution, &open, |_| true, || false);
    (solution.score(&model), problem.visits.len() - solution.unserved().count())
}
