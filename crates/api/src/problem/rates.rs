//! Reads prices, and how arrival windows are cut.

use journeyman_domain::{
    Cost, CostPerDistance, CostPerTime, Duration, PayPolicy, Priority, Problem, RateCard, ShiftCard,
    ShiftRates, SoonPrice, Unserved, WindowPolicy,
};

use super::clock::duration;
use super::enums::{pay_policy, priority};
use crate::limits::Limits;
use crate::violation::{Field, ViolationCode};
use crate::wire;

const DOLLAR: i64 = 1_000_000;
/// As long as a horizon may be, in seconds.
const SOON_MAX: i64 = 62 * 86_400;

/// The rate card with its defaults filled in.
pub(super) struct Prices {
    /// Prices of the day as a whole.
    pub(super) card: RateCard,
    /// Prices of a shift that has none of its own.
    pub(super) shift: ShiftRates,
    /// Lateness of a visit that has no price of its own.
    pub(super) lateness: CostPerTime,
    /// A technician who is not preferred.
    pub(super) preference_missed: Cost,
    /// Leaving out a visit, by priority.
    penalties: [Cost; PRIORITIES],
}

/// Of [`Priority`].
const PRIORITIES: usize = 4;

impl Prices {
    pub(super) fn read(card: Option<&wire::RateCard>, limits: &Limits, at: &Field<'_>) -> Self {
        let unset = wire::RateCard::default();
        let card = card.unwrap_or(&unset);
        let cost = |name, given: Option<i64>, dollars: i64| {
            given
                .map_or(Cost::from_micros(dollars * DOLLAR), |micros| amount(&at.field(name), micros, limits))
        };
        let shift = ShiftRates {
            pay: pay_policy(&at.field("pay_policy"), card.pay_policy).unwrap_or(PayPolicy::Shift),
            time: CostPerTime::from_micros(12_500),
            distance: CostPerDistance::from_micros(400),
            overtime: CostPerTime::from_micros(18_750),
            used: cost("shift_used_micros", card.shift_used_micros, 0),
        };
        let own = wire::ShiftRates {
            pay_policy: card.pay_policy,
            hour_micros: card.hour_micros,
            overtime_hour_micros: card.overtime_hour_micros,
            kilometer_micros: card.kilometer_micros,
            shift_used_micros: None,
        };
        let minute = |name, given| per_second(cost(name, given, 1), 60);
        let default_penalty = cost("default_penalty_micros", card.default_penalty_micros, 250);
        Self {
            card: RateCard {
                promise_moved: cost("promise_moved_micros", card.promise_moved_micros, 30),
                promise_soon: promise_soon(&card.promise_soon_surcharges, limits, at),
                promise_late: minute("promise_late_minute_micros", card.promise_late_minute_micros),
                technician_swapped: cost("technician_swapped_micros", card.technician_swapped_micros, 15),
                announced_swap: cost("announced_swap_micros", card.announced_swap_micros, 15),
                day_changed: cost("day_changed_micros", card.day_changed_micros, 60),
            },
            shift: override_rates(shift, &own, limits, at),
            lateness: minute("late_minute_micros", card.late_minute_micros),
            preference_missed: cost("preference_miss_micros", card.preference_miss_micros, 10),
            penalties: penalties(card, default_penalty, limits, at),
        }
    }

    /// Prices of a shift: its own ones, else the rate card's.
    pub(super) fn of_shift(
        &self,
        own: Option<&wire::ShiftRates>,
        limits: &Limits,
        at: &Field<'_>,
    ) -> ShiftRates {
        own.map_or(self.shift, |own| {
            let mut rates = override_rates(self.shift, own, limits, at);
            rates.pay = pay_policy(&at.field("pay_policy"), own.pay_policy).unwrap_or(self.shift.pay);
            rates
        })
    }

    /// What leaving out a visit of this priority costs.
    pub(super) fn penalty(&self, priority: Priority) -> Cost {
        self.penalties[priority as usize]
    }

    /// The day with these prices wherever it has those of its card; what has prices of its own keeps them.
    pub(super) fn instead(&self, problem: &Problem) -> Problem {
        let mut problem = problem.clone();
        problem.rates.clone_from(&self.card);
        for shift in &mut problem.shifts {
            let (card, own, rates) = (shift.card, shift.rates, self.shift);
            shift.rates = ShiftRates {
                pay: if card.pay { rates.pay } else { own.pay },
                time: if card.time { rates.time } else { own.time },
                distance: if card.distance { rates.distance } else { own.distance },
                overtime: if card.overtime { rates.overtime } else { own.overtime },
                used: if card.used { rates.used } else { own.used },
            };
        }
        for visit in &mut problem.visits {
            if visit.card.lateness {
                visit.lateness = self.lateness;
            }
            if visit.card.preference_missed {
                visit.preference_missed = self.preference_missed;
            }
            if let (Unserved::Penalty(price), Some(priority)) = (&mut visit.unserved, visit.card.penalty) {
                *price = self.penalty(priority);
            }
        }
        problem
    }
}

/// Which prices of a shift are the card's: those that it does not give itself.
pub(super) fn shift_card(own: Option<&wire::ShiftRates>) -> ShiftCard {
    let unset = wire::ShiftRates::default();
    let own = own.unwrap_or(&unset);
    ShiftCard {
        pay: own.pay_policy == 0,
        time: own.hour_micros.is_none(),
        distance: own.kilometer_micros.is_none(),
        overtime: own.overtime_hour_micros.is_none(),
        used: own.shift_used_micros.is_none(),
    }
}

/// An amount of money in range; zero when it is refused.
pub(super) fn amount(at: &Field<'_>, micros: i64, limits: &Limits) -> Cost {
    Cost::from_micros(at.within(micros, 0, limits.amount_micros).unwrap_or(0))
}

/// The price of a minute as the price of a second.
pub(super) fn per_minute(at: &Field<'_>, micros: i64, limits: &Limits) -> CostPerTime {
    per_second(amount(at, micros, limits), 60)
}

/// Rounded to whole micro-dollars, half up.
fn per_second(cost: Cost, seconds: i64) -> CostPerTime {
    CostPerTime::from_micros((cost.micros() + seconds / 2) / seconds)
}

fn override_rates(base: ShiftRates, own: &wire::ShiftRates, limits: &Limits, at: &Field<'_>) -> ShiftRates {
    let hour = |name, given: Option<i64>, base| {
        given.map_or(base, |micros| per_second(amount(&at.field(name), micros, limits), 3_600))
    };
    let kilometer = |micros| {
        let micros = at.field("kilometer_micros").within(micros, 0, limits.kilometer_micros).unwrap_or(0);
        CostPerDistance::from_micros((micros + 500) / 1_000)
    };
    ShiftRates {
        pay: base.pay,
        time: hour("hour_micros", own.hour_micros, base.time),
        distance: own.kilometer_micros.map_or(base.distance, kilometer),
        overtime: hour("overtime_hour_micros", own.overtime_hour_micros, base.overtime),
        used: own
            .shift_used_micros
            .map_or(base.used, |micros| amount(&at.field("shift_used_micros"), micros, limits)),
    }
}

/// Sooner is never cheaper.
fn promise_soon(given: &[wire::SoonSurcharge], limits: &Limits, at: &Field<'_>) -> Vec<SoonPrice> {
    let list_at = at.field("promise_soon_surcharges");
    if !list_at.at_most(given.len(), limits.soon_surcharges) {
        return Vec::new();
    }
    let mut read: Vec<SoonPrice> = Vec::with_capacity(given.len());
    for (index, line) in given.iter().enumerate() {
        let entry = list_at.index(index);
        let within_at = entry.field("within_duration");
        if line.within_duration.is_none() {
            within_at.refuse(ViolationCode::Required, "needed");
        }
        let within = duration(&within_at, line.within_duration, 1, SOON_MAX);
        let surcharge_at = entry.field("surcharge_micros");
        let micros = surcharge_at.within(line.surcharge_micros, 0, limits.amount_micros);
        let (Some(within), Some(price)) = (within, micros.map(Cost::from_micros)) else { continue };
        if read.last().is_some_and(|before| within <= before.within) {
            within_at.refuse(ViolationCode::Conflict, "is not longer than that of the entry before");
        }
        if read.last().is_some_and(|before| price > before.price) {
            surcharge_at.refuse(ViolationCode::Conflict, "is more than that of a sooner promise");
        }
        read.push(SoonPrice { within, price });
    }
    read
}

fn penalties(card: &wire::RateCard, default: Cost, limits: &Limits, at: &Field<'_>) -> [Cost; PRIORITIES] {
    let mut given = [None; PRIORITIES];
    for (index, line) in card.default_penalties.iter().enumerate() {
        let entry = at.entry("default_penalties", index);
        let priority_at = entry.field("priority");
        let cost = amount(&entry.field("penalty_micros"), line.penalty_micros, limits);
        if line.priority == 0 {
            priority_at.refuse(ViolationCode::Required, "needed");
            continue;
        }
        match priority(&priority_at, line.priority) {
            None => {}
            Some(priority) if given[priority as usize].is_some() => {
                priority_at.refuse(ViolationCode::Duplicate, "is in the list already");
            }
            Some(priority) => given[priority as usize] = Some(cost),
        }
    }
    given.map(|cost| cost.unwrap_or(default))
}

/// How arrival windows are cut.
pub(super) fn window_policy(policy: Option<&wire::ArrivalWindowPolicy>, at: &Field<'_>) -> WindowPolicy {
    const MINUTE: i64 = 60;
    const HOUR: i64 = 3_600;
    let at = at.field("arrival_window_policy");
    let unset = wire::ArrivalWindowPolicy::default();
    let policy = policy.unwrap_or(&unset);
    let span = |name, given, min, max| duration(&at.field(name), given, min, max);
    let permille = |name, given: Option<i32>, default: u16, min, max| {
        given.map_or(default, |given| {
            let inside = at.field(name).within(i64::from(given), min, max);
            inside.and_then(|number| u16::try_from(number).ok()).unwrap_or(default)
        })
    };
    let snap = span("snap_duration", policy.snap_duration, MINUTE, 4 * HOUR)
        .unwrap_or(Duration::from_ticks(15 * MINUTE));
    let width_min = span("width_min", policy.width_min, MINUTE, 24 * HOUR);
    let width_max = span("width_max", policy.width_max, MINUTE, 24 * HOUR);
    let (width_min, width_max) = widths(snap, width_min, width_max, &at.field("width_max"));
    WindowPolicy {
        snap,
        width_min,
        width_max,
        on_time_permille: permille("on_time_permille", policy.on_time_permille, 900, 500, 999),
        duration_spread_permille: u32::from(permille(
            "duration_spread_permille",
            policy.duration_spread_permille,
            300,
            0,
            2_000,
        )),
        travel_spread_permille: u32::from(permille(
            "travel_spread_permille",
            policy.travel_spread_permille,
            250,
            0,
            2_000,
        )),
    }
}

/// Least and most width, between which lies a whole number of steps. A default gives way to what is said about the
/// other end.
fn widths(
    step: Duration,
    least: Option<Duration>,
    most: Option<Duration>,
    most_at: &Field<'_>,
) -> (Duration, Duration) {
    const HOUR: i64 = 3_600;
    let (hour, four_hours) = (Duration::from_ticks(HOUR), Duration::from_ticks(4 * HOUR));
    let step_ticks = step.ticks();
    let steps_down = |width: Duration| Duration::from_ticks(width.ticks() / step_ticks * step_ticks);
    let steps_up = |width: Duration| steps_down(width + Duration::from_ticks(step_ticks - 1));
    if let Some(most) = most
        && most < step
    {
        let text = format_args!("{} s is less than a step of {step_ticks} s", most.ticks());
        most_at.refuse(ViolationCode::OutOfRange, text);
    } else if let (Some(least), Some(most)) = (least, most) {
        if most < least {
            most_at.refuse(ViolationCode::EndBeforeStart, "the widest window is narrower than the narrowest");
        } else if steps_down(most) < steps_up(least) {
            let text = format_args!(
                "no multiple of {step_ticks} s lies in {} s to {} s, the narrowest to the widest window",
                least.ticks(),
                most.ticks()
            );
            most_at.refuse(ViolationCode::Conflict, text);
        }
    }
    let least = least.unwrap_or_else(|| most.map_or(hour, |most| steps_down(most).min(hour)));
    (least, most.unwrap_or_else(|| four_hours.max(steps_up(least))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::from_json;
    use crate::violation::Report;
    use crate::{Limits, accept_solve};

    #[test]
    fn a_day_at_other_prices_is_the_day_that_is_read_with_them() {
        let day: wire::SolveRequest =
            from_json(include_bytes!("../../tests/day/day.json"), 1 << 20).expect("the day is sound");
        let cards = [
            wire::RateCard::default(),
            wire::RateCard {
                pay_policy: wire::PayPolicy::PortalToPortal.into(),
                hour_micros: Some(36_000_000),
                overtime_hour_micros: Some(72_000_000),
                kilometer_micros: Some(1_000_000),
                shift_used_micros: Some(9),
                late_minute_micros: Some(60_000_000),
                preference_miss_micros: Some(3),
                default_penalty_micros: Some(77),
                default_penalties: vec![wire::PriorityPenalty {
                    priority: wire::Priority::High.into(),
                    penalty_micros: 5,
                }],
                promise_moved_micros: Some(1),
                ..wire::RateCard::default()
            },
        ];
        let limits = Limits::default();
        let read = |card: &wire::RateCard| {
            let mut request = day.clone();
            request.problem.as_mut().expect("a problem").rate_card = Some(card.clone());
            accept_solve(&request, &limits).expect("prices in range").problem
        };
        for card in &cards {
            let report = Report::new(1);
            let prices = Prices::read(Some(card), &limits, &report.root());
            for before in cards.iter().map(read) {
                assert_eq!(prices.instead(&before), read(card));
            }
        }
    }
}
