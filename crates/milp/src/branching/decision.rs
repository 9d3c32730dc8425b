//! One decision of branching, and what several of them together order.
//!
//! Each splits all plans in two, because a plan serves a visit at most once: with the opposite decision nothing is lost.

use journeyman_domain::VisitId;

use crate::generation::{Duty, Orders, Scope};

/// What is decided; visits by row.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Question {
    /// Whether one of the shifts of a class serves the visit.
    Class { class: usize, row: u32 },
    /// Whether some route goes from the one visit to the other, with nothing but breaks in between.
    Leg { from: u32, to: u32 },
    /// Whether anybody serves the visit.
    Served { row: u32 },
}

/// A question with its answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Decision {
    pub(super) question: Question,
    pub(super) yes: bool,
}

/// What the decisions order; none where no plan obeys all of them.
pub(super) fn orders_of(scope: &Scope<'_>, decisions: &[Decision]) -> Option<Orders> {
    let mut orders = Orders::none(scope);
    let mut pairs: Vec<(VisitId, VisitId)> = Vec::new();
    for &Decision { question, yes } in decisions {
        let possible = match question {
            Question::Class { class, row } => {
                let visit = scope.visits[row as usize];
                let others = (0..scope.classes.len()).filter(|&other| (other == class) != yes);
                others.for_each(|other| orders.rules.ban(other, visit));
                !yes || orders.decide(row as usize, Duty::Served)
            }
            Question::Leg { from, to } => {
                let (one, other) = (scope.visits[from as usize], scope.visits[to as usize]);
                if yes {
                    if pairs.iter().any(|pair| pair.0 == one || pair.1 == other) {
                        return None;
                    }
                    pairs.push((one, other));
                    orders.rules.join(one, other);
                    orders.decide(from as usize, Duty::Served) && orders.decide(to as usize, Duty::Served)
                } else {
                    orders.rules.forbid(one, other);
                    true
                }
            }
            Question::Served { row } if yes => orders.decide(row as usize, Duty::Served),
            Question::Served { row } => {
                let visit = scope.visits[row as usize];
                (0..scope.classes.len()).for_each(|class| orders.rules.ban(class, visit));
                orders.decide(row as usize, Duty::Unserved)
            }
        };
        if !possible {
            return None;
        }
    }
    keep_together(scope, &pairs, &mut orders);
    let can_be_served = |row: usize| {
        let visit = scope.visits[row];
        let mut classes = scope.classes.iter().enumerate();
        classes.any(|(at, class)| serves(class, visit) && !orders.rules.bans(at, visit))
    };
    let mut rows = 0..scope.visits.len();
    let possible = rows.all(|row| orders.duty(row) != Duty::Served || can_be_served(row))
        && orders.surely_excused(scope) <= scope.excused;
    possible.then_some(orders)
}

/// A class that may not serve one of two visits that are served one after the other may not serve the other one.
fn keep_together(scope: &Scope<'_>, pairs: &[(VisitId, VisitId)], orders: &mut Orders) {
    let mut changed = true;
    while std::mem::take(&mut changed) {
        for &(one, other) in pairs {
            for (at, class) in scope.classes.iter().enumerate() {
                let may = |visit: VisitId| serves(class, visit) && !orders.rules.bans(at, visit);
                let only = match (may(one), may(other)) {
                    (true, false) => one,
                    (false, true) => other,
                    (true, true) | (false, false) => continue,
                };
                orders.rules.ban(at, only);
                changed = true;
            }
        }
    }
}

fn serves(class: &crate::pricing::ShiftClass, visit: VisitId) -> bool {
    class.visits.binary_search(&visit).is_ok()
}
