//! A planned day as it turns out: true driving and true time on site are drawn, and every route is driven in its order.
//!
//! The first stone of the simulated day: nobody calls, nobody falls ill, nothing is planned anew. It reads the plan's
//! words only and shares no code with the room that cuts arrival windows, so that the two can be compared.
//!
//! How a plan is carried out: each technician leaves when planned, drives on when done (where the plan waits before
//! driving, then), waits at the door for the visit's own window, for a promise that the plan keeps and wherever the
//! plan waits, serves late where late, and takes each break where the plan has it, never before its time.

use journeyman_domain::{Duration, Leg, Plan, PlannedRoute, PlannedStop, Problem, StopKind, Time, VisitId};
use rand_distr::{Distribution, Gamma, LogNormal};
use rand_pcg::Pcg64;

use crate::draw::generator;

/// The law by which a day turns out. Deviations are those of the problem ([`Problem::visit_deviation`],
/// [`Problem::leg_deviation`]), driving is lognormal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Truth {
    /// The law of the time on site.
    pub service: ServiceLaw,
    /// Mean time on site, per thousand of the planned; the relative deviation stays.
    pub service_mean_permille: u32,
    /// Mean driving time, per thousand of the planned; the relative deviation stays.
    pub travel_mean_permille: u32,
}

/// Laws of the time on site.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ServiceLaw {
    /// What arrival windows believe in.
    Lognormal,
    /// Same mean and deviation, a shorter tail.
    Gamma,
}

impl Truth {
    /// What arrival windows believe in.
    pub const AS_PLANNED: Self =
        Self { service: ServiceLaw::Lognormal, service_mean_permille: 1_000, travel_mean_permille: 1_000 };
}

/// One stop as it turned out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StopRun {
    /// The technician is there; for a break, its start.
    pub arrival: Time,
    /// Service or break starts.
    pub start: Time,
    /// It ends.
    pub end: Time,
}

/// Every stop of every route of a plan, in the plan's order. The same seed gives the same day. O(stops).
pub fn run_day(problem: &Problem, plan: &Plan, truth: Truth, seed: u64) -> Vec<Vec<StopRun>> {
    let mut rng = generator(seed);
    plan.routes.iter().map(|route| run_route(problem, route, truth, &mut rng)).collect()
}

/// A technician under way.
struct Technician<'r> {
    problem: &'r Problem,
    truth: Truth,
    rng: &'r mut Pcg64,
    now: Time,
    /// Where the plan has the technician now.
    planned: Time,
}

fn run_route(problem: &Problem, route: &PlannedRoute, truth: Truth, rng: &mut Pcg64) -> Vec<StopRun> {
    let mut technician = Technician { problem, truth, rng, now: route.departure, planned: route.departure };
    let mut done = Vec::with_capacity(route.stops.len());
    // Arrivals at stops that were driven to already, because a break is taken there before the service.
    let mut there: Option<(usize, Time)> = None;
    for (at, stop) in route.stops.iter().enumerate() {
        let is_break = matches!(stop.kind, StopKind::Break(_));
        let mut arrival = technician.now;
        if is_break {
            let next = (at..route.stops.len()).find(|&k| !matches!(route.stops[k].kind, StopKind::Break(_)));
            let next = next.filter(|&next| route.stops[next].arrival <= stop.start);
            if let Some(next) = next.filter(|&next| there.is_none_or(|(reached, _)| reached != next)) {
                technician.drive(&route.stops[next].leg);
                there = Some((next, technician.now));
            }
        } else if let Some((_, reached)) = there.filter(|&(reached, _)| reached == at) {
            arrival = reached;
        } else {
            technician.drive(&stop.leg);
            arrival = technician.now;
        }
        let start = technician.begin(route, stop);
        done.push(StopRun { arrival: if is_break { start } else { arrival }, start, end: technician.now });
    }
    done
}

impl Technician<'_> {
    fn drive(&mut self, leg: &Leg) {
        if leg.departure > self.planned {
            self.now = self.now.max(leg.departure);
        }
        let hour = f64::from(self.problem.travel_factor_permille(self.now))
            / f64::from(self.problem.travel_factor_permille(leg.departure));
        let longer = f64::from(self.truth.travel_mean_permille) / 1_000.0 * hour;
        let deviation = self.problem.leg_deviation(leg);
        self.now += drawn(ServiceLaw::Lognormal, leg.duration, deviation, longer, self.rng);
        self.planned = leg.departure + leg.duration;
    }

    /// Waits for a stop and does what is to be done there; gives back the start.
    fn begin(&mut self, route: &PlannedRoute, stop: &PlannedStop) -> Time {
        let opening = match stop.kind {
            StopKind::Visit(visit) => self.opening(visit, stop.start),
            StopKind::Pickup(pickup) => {
                let windows = &self.problem.pickup(pickup).windows;
                windows.iter().find(|window| window.contains(stop.start)).map(|window| window.start)
            }
            StopKind::Break(index) => Some(self.problem.shift(route.shift).breaks[index].start.start),
        };
        let waits = stop.start > self.planned;
        let not_before = opening.filter(|_| !waits).unwrap_or(stop.start).min(stop.start);
        let start = self.now.max(not_before);
        let longer = f64::from(self.truth.service_mean_permille) / 1_000.0;
        let spent = stop.end - stop.start;
        self.now = start
            + match stop.kind {
                StopKind::Visit(visit) => {
                    let deviation = self.problem.visit_deviation(visit);
                    drawn(self.truth.service, spent, deviation, longer, self.rng)
                }
                StopKind::Pickup(pickup) => {
                    let deviation = self.problem.pickup_deviation(pickup);
                    drawn(self.truth.service, spent, deviation, longer, self.rng)
                }
                StopKind::Break(_) => spent,
            };
        self.planned = stop.end;
        start
    }

    /// When the visit may start at the earliest: its own window, and a promise that the plan keeps.
    fn opening(&self, visit: VisitId, start: Time) -> Option<Time> {
        let own = self.problem.start_windows(visit).into_iter().find(|window| window.contains(start));
        let promise = self.problem.visit(visit).promise.filter(|promise| promise.window.contains(start));
        [own.map(|window| window.start), promise.map(|promise| promise.window.start)]
            .into_iter()
            .flatten()
            .max()
    }
}

/// A length of time with a mean `longer` times as long as planned, in whole ticks.
pub(crate) fn drawn(
    law: ServiceLaw,
    planned: Duration,
    deviation: Duration,
    longer: f64,
    rng: &mut Pcg64,
) -> Duration {
    let (mean, deviation) = (planned.ticks() as f64 * longer, deviation.ticks() as f64 * longer);
    if planned <= Duration::ZERO || deviation <= 0.0 {
        return whole(mean);
    }
    let relative = deviation / mean;
    whole(match law {
        ServiceLaw::Lognormal => {
            let variance = (relative * relative).ln_1p();
            let law = LogNormal::new(mean.ln() - variance / 2.0, variance.sqrt());
            law.expect("the spread is finite").sample(rng)
        }
        ServiceLaw::Gamma => {
            let law = Gamma::new(1.0 / (relative * relative), mean * relative * relative);
            law.expect("shape and scale are positive").sample(rng)
        }
    })
}

#[expect(clippy::cast_possible_truncation, reason = "casts saturate; days are far shorter")]
fn whole(ticks: f64) -> Duration {
    Duration::from_ticks(ticks.round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_laws_have_the_mean_and_the_deviation_they_are_given() {
        let (planned, deviation) = (Duration::from_ticks(3_600), Duration::from_ticks(900));
        for law in [ServiceLaw::Lognormal, ServiceLaw::Gamma] {
            let mut rng = generator(5);
            let count = 100_000;
            let lengths: Vec<f64> =
                (0..count).map(|_| drawn(law, planned, deviation, 1.15, &mut rng).ticks() as f64).collect();
            let mean = lengths.iter().sum::<f64>() / f64::from(count);
            let variance = lengths.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / f64::from(count);
            assert!((mean - 4_140.0).abs() < 15.0, "{law:?}: {mean}");
            assert!((variance.sqrt() - 1_035.0).abs() < 15.0, "{law:?}: {}", variance.sqrt());
        }
    }

    #[test]
    fn what_is_certain_is_not_drawn() {
        let mut rng = generator(5);
        let certain = drawn(ServiceLaw::Gamma, Duration::from_ticks(600), Duration::ZERO, 1.2, &mut rng);
        assert_eq!(certain, Duration::from_ticks(720));
        let nothing = drawn(ServiceLaw::Gamma, Duration::ZERO, Duration::from_ticks(60), 1.2, &mut rng);
        assert_eq!(nothing, Duration::ZERO);
    }
}
