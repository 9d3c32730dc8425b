//! The tree: nodes that may still hold a better plan, the least bound first. Whoever proves a scope takes turns at it.

use std::collections::BinaryHeap;

use tracing::debug;

use super::candidates::candidates;
use super::decision::{Decision, Question, orders_of};
use crate::generation::{Limits, Step};
use crate::linear_program::LpTrouble;
use crate::pricing::FAR;
use crate::proving::{Outcome, Proving, Through};

/// Questions of which both answers are tried in the restricted master before one is chosen.
const TRIED_MAX: usize = 8;
/// Rounds of cuts at a node, and the part of the gap that the last one must have closed for another.
const CUT_ROUNDS_MAX: usize = 3;
const CUT_SHARE: i64 = 20;
/// A dive at each so-manieth node, and a MIP over the columns at hand.
const DIVE_EVERY: u64 = 10;
const CHOICE_EVERY: u64 = 40;
/// Routes listed at most at a node that can still be branched on; few, because branching does it too.
const LISTED_MAX: usize = 3_000;
/// Nodes that may wait.
const OPEN_MAX: usize = 200_000;

/// A part of all plans, by the decisions that they obey.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Node {
    /// Fine money that none of its plans is below.
    bound: i64,
    /// In the order in which they were made; later ones first where bounds are equal.
    number: u64,
    decisions: Vec<Decision>,
}

impl Ord for Node {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        other.bound.cmp(&self.bound).then(self.number.cmp(&other.number))
    }
}

impl PartialOrd for Node {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// Branch and bound under way.
pub(crate) struct Tree {
    open: BinaryHeap<Node>,
    /// Least bound of the nodes that there is no means left for.
    stuck: i64,
    /// Nodes made and nodes worked on.
    made: u64,
    done: u64,
    /// The gap at which listing failed last, and the number of decisions at that node.
    failed_at: Option<(i64, usize)>,
}

/// How the work on a node ended.
enum Worked {
    /// No better plan in it.
    Closed,
    /// It is out of means.
    Stuck(i64),
    /// It was cut off in the middle; as it is now.
    Interrupted(Node),
    /// Its two halves.
    Split([Node; 2]),
}

impl Tree {
    /// From the root, whose column generation has converged; none where it has no bound.
    pub(crate) fn of(proving: &Proving<'_, '_>) -> Option<Self> {
        let bound = proving.generation.proof.as_ref()?.bound;
        let root = Node { bound, number: 0, decisions: Vec::new() };
        let open = BinaryHeap::from([root]);
        Some(Self { open, stuck: FAR, made: 1, done: 0, failed_at: None })
    }

    /// Goes on until the limits, or until nothing is left that can be done.
    pub(crate) fn run(
        &mut self,
        proving: &mut Proving<'_, '_>,
        limits: Limits<'_>,
    ) -> Result<Outcome, LpTrouble> {
        loop {
            while self.open.peek().is_some_and(|node| proving.is_met(node.bound)) {
                self.open.pop();
            }
            proving.raise(self.least());
            if self.least() >= self.stuck {
                return Ok(self.end(proving));
            }
            let Some(node) = self.open.pop() else { return Ok(self.end(proving)) };
            if self.open.len() > OPEN_MAX {
                self.open.push(node);
                return Ok(Outcome::Stuck);
            }
            if limits.over() || proving.generation.is_spent(&limits) {
                self.open.push(node);
                return Ok(Outcome::Paused);
            }
            match self.work(proving, node, limits)? {
                Worked::Closed => {}
                Worked::Stuck(bound) => self.stuck = self.stuck.min(bound),
                Worked::Split(nodes) => self.open.extend(nodes),
                Worked::Interrupted(node) => {
                    self.open.push(node);
                    return Ok(Outcome::Paused);
                }
            }
        }
    }

    /// No plan that is not known costs less.
    fn least(&self) -> i64 {
        self.open.peek().map_or(self.stuck, |node| node.bound.min(self.stuck))
    }

    /// What it comes to when no node is below those that are stuck.
    fn end(&self, proving: &mut Proving<'_, '_>) -> Outcome {
        debug!(nodes = self.done, open = self.open.len(), stuck = self.stuck < FAR, "tree ends");
        if self.stuck < FAR && !proving.is_met(self.stuck) {
            return Outcome::Stuck;
        }
        proving.close_at_incumbent()
    }

    fn work(
        &mut self,
        proving: &mut Proving<'_, '_>,
        mut node: Node,
        limits: Limits<'_>,
    ) -> Result<Worked, LpTrouble> {
        let Some(orders) = orders_of(proving.scope, &node.decisions) else { return Ok(Worked::Closed) };
        if !(node.decisions.is_empty() && self.done == 0) {
            // At the root it has just converged.
            proving.generation.restrict(&orders)?;
        }
        self.done += 1;
        let before = node.bound;
        match self.relax(proving, &mut node, limits)? {
            Step::Met => return Ok(Worked::Closed),
            Step::Interrupted if limits.over() || proving.generation.is_spent(&limits) => {
                return Ok(Worked::Interrupted(node));
            }
            // Where pricing alone gives up, branching still makes it easier.
            Step::Interrupted | Step::Nearly | Step::Converged => {}
        }
        debug!(
            nodes = self.done,
            open = self.open.len(),
            depth = node.decisions.len(),
            bound = proving.scope.money_from(node.bound).micros(),
            before = proving.scope.money_from(before).micros(),
            least = proving.scope.money_from(self.least().min(node.bound)).micros(),
            last = ?node.decisions.last(),
            "node"
        );
        if proving.means.lists() && self.is_listing_due(proving, &node) {
            match proving.go_through(LISTED_MAX, limits) {
                Some(Through::Nothing) => return Ok(Worked::Closed),
                Some(Through::From(bound)) => {
                    node.bound = node.bound.max(bound);
                    if proving.is_met(node.bound) {
                        return Ok(Worked::Closed);
                    }
                }
                None => self.failed_at = Some((proving.gap(node.bound), node.decisions.len())),
            }
        }
        if self.done.is_multiple_of(CHOICE_EVERY) {
            proving.choose(limits);
        }
        if self.done.is_multiple_of(DIVE_EVERY) {
            proving.dive_from(0, limits)?;
        }
        self.split(proving, node, limits)
    }

    /// Column generation and cuts under the orders of a node.
    fn relax(
        &mut self,
        proving: &mut Proving<'_, '_>,
        node: &mut Node,
        limits: Limits<'_>,
    ) -> Result<Step, LpTrouble> {
        let mut rounds = 0;
        loop {
            let before = node.bound;
            let step = proving.generate((node.bound, self.least()), limits)?;
            if let Some(proof) = &proving.generation.proof {
                node.bound = node.bound.max(proof.bound);
            }
            let stalled = rounds > 0 && node.bound - before < proving.gap(node.bound) / CUT_SHARE;
            let more = matches!(step, Step::Nearly | Step::Converged);
            if !more || stalled || rounds == CUT_ROUNDS_MAX || !proving.means.cuts() {
                return Ok(step);
            }
            rounds += 1;
            if proving.generation.cut()? == 0 {
                return Ok(step);
            }
        }
    }

    /// Whether listing may do: the gap is small, and it did not fail at such a gap with as many decisions.
    fn is_listing_due(&self, proving: &Proving<'_, '_>, node: &Node) -> bool {
        let failed = self.failed_at.is_some_and(|(gap, decisions)| {
            4 * proving.gap(node.bound) >= 3 * gap && node.decisions.len() < decisions + 3
        });
        proving.is_small(proving.gap(node.bound)) && !failed
    }

    /// Two halves by the question that lifts the bounds of both most.
    fn split(
        &mut self,
        proving: &mut Proving<'_, '_>,
        node: Node,
        limits: Limits<'_>,
    ) -> Result<Worked, LpTrouble> {
        if proving.generation.restricted.solve(limits.deadline, limits.stop)?.is_none() {
            return Ok(Worked::Interrupted(node));
        }
        let questions = candidates(proving.scope, &proving.generation.restricted, TRIED_MAX);
        let Some(question) = best_of(proving, &node, &questions, limits)? else {
            return self.last_means(proving, node, limits);
        };
        let half = |yes: bool| {
            let mut decisions = node.decisions.clone();
            decisions.push(Decision { question, yes });
            let number = self.made + u64::from(yes);
            Node { bound: node.bound, number, decisions }
        };
        let halves = [half(false), half(true)];
        self.made += 2;
        Ok(Worked::Split(halves))
    }

    /// The relaxation is whole: a plan as good as the bound, or one that the master takes for a plan only because it
    /// does not see shared stocks, or because what must be served is not.
    fn last_means(
        &mut self,
        proving: &mut Proving<'_, '_>,
        mut node: Node,
        limits: Limits<'_>,
    ) -> Result<Worked, LpTrouble> {
        proving.dive_from(0, limits)?;
        if proving.is_met(node.bound) {
            return Ok(Worked::Closed);
        }
        if limits.over() {
            return Ok(Worked::Interrupted(node));
        }
        Ok(match proving.go_through(usize::MAX, limits) {
            Some(Through::Nothing) => Worked::Closed,
            Some(Through::From(bound)) => {
                node.bound = node.bound.max(bound);
                if proving.is_met(node.bound) { Worked::Closed } else { Worked::Stuck(node.bound) }
            }
            None if limits.over() => Worked::Interrupted(node),
            None => Worked::Stuck(node.bound),
        })
    }
}

/// Strong branching, in the restricted master only: the question of which both answers lift it most, as a product
/// (Achterberg 2007). Lifts beyond the gap count no more than the gap. None where there are no questions.
fn best_of(
    proving: &mut Proving<'_, '_>,
    node: &Node,
    questions: &[Question],
    limits: Limits<'_>,
) -> Result<Option<Question>, LpTrouble> {
    if questions.len() <= 1 {
        return Ok(questions.first().copied());
    }
    let scope = proving.scope;
    let orders = proving.generation.restricted.orders().clone();
    let basis = proving.generation.restricted.basis();
    let now = scope.fine.to_micros(node.bound);
    let gap = scope.fine.to_micros(proving.gap(node.bound)).max(1.0);
    let mut best: Option<(f64, Question)> = None;
    for &question in questions {
        let mut score = 1.0;
        for yes in [false, true] {
            let mut decisions = node.decisions.clone();
            decisions.push(Decision { question, yes });
            let lift = match orders_of(scope, &decisions) {
                None => gap,
                Some(orders) => {
                    proving.generation.restricted.set_orders(&orders)?;
                    if let Some(basis) = &basis {
                        proving.generation.restricted.start_from(basis)?;
                    }
                    let value = proving.generation.restricted.solve(limits.deadline, limits.stop)?;
                    value.map_or(0.0, |value| (value - now).clamp(0.0, gap))
                }
            };
            score *= lift.max(gap * 1e-3);
        }
        if best.is_none_or(|(most, _)| score > most) {
            best = Some((score, question));
        }
    }
    proving.generation.restricted.set_orders(&orders)?;
    Ok(best.map(|(_, question)| question))
}
