//! A domain problem as the day of a request: what generators and importers make, put into the contract's words.
//!
//! Reading the day again gives the same problem, where its visits stand in the order of their work orders.
//! What reads back as the same is left out.

mod decisions;
pub(crate) mod people;
mod travel;
mod work;

use journeyman_domain::{
    Cost, Jurisdiction, Permit, PermitState, Place, Priority, Problem, Ring, ShiftCard, SoonPrice, TickScale,
    Time, Unserved, Visit, VisitCard,
};

use crate::wire;

/// What the contract has no words for.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum InexpressibleDay {
    /// Time and distance are not in seconds and meters.
    #[error("the day counts {0:?}, not seconds and meters")]
    Ticks(TickScale),
    /// Entries of a matrix are rounded; the contract's are exact.
    #[error("the travel matrix is rounded")]
    RoundedMatrix,
    /// The contract has one profile of travel times for all days.
    #[error("travel times do not repeat from day to day")]
    TravelProfile,
    /// The zone that the profile of the day stands in is unknown.
    #[error("there is no time zone {0:?}")]
    TimeZone(String),
    /// Visits that depend on each other.
    #[error("visits depend on each other")]
    Dependencies,
}

/// The day of `problem`. Prices that all shifts or visits share stand in the rate card.
///
/// # Errors
/// [`InexpressibleDay`] where the contract has no words for something.
pub fn write_day(problem: &Problem) -> Result<wire::Problem, InexpressibleDay> {
    if problem.ticks != TickScale::SECONDS_AND_METRES {
        return Err(InexpressibleDay::Ticks(problem.ticks));
    }
    if !problem.dependencies.is_empty() {
        return Err(InexpressibleDay::Dependencies);
    }
    let say = Words { problem };
    let (travel, zones) = travel::travel(&say)?;
    Ok(wire::Problem {
        start_time: Some(say.instant(Time::ZERO)),
        end_time: Some(say.instant(Time::ZERO + problem.horizon)),
        time_zone: problem.time_zone.clone(),
        places: problem.places.iter().map(place).collect(),
        technicians: people::technicians(&say),
        jurisdictions: problem
            .jurisdictions
            .iter()
            .map(|jurisdiction| say.jurisdiction(jurisdiction))
            .collect(),
        reciprocity: problem
            .reciprocity
            .iter()
            .map(|line| wire::Reciprocity {
                issued_in_id: problem.jurisdiction(line.issued_in).label.clone(),
                accepted_in_id: problem.jurisdiction(line.accepted_in).label.clone(),
                license_class_max: people::license_class(line.class_max).into(),
            })
            .collect(),
        zones,
        warehouses: problem.pickups.iter().map(|pickup| work::warehouse(&say, pickup)).collect(),
        permits: problem.permits.iter().map(|permit| say.permit(permit)).collect(),
        work_orders: work::work_orders(&say),
        pins: decisions::pins(&say),
        freeze_time: problem.freeze_time.map(|time| say.instant(time)),
        baseline_plan: decisions::baseline(&say),
        travel: Some(travel),
        rate_card: Some(rate_card(problem)),
        plan_expected_permits: problem.plan_expected_permits,
        arrival_window_policy: Some(window_policy(problem)),
    })
}

/// A problem's own words for ids and times.
pub(crate) struct Words<'a> {
    pub(crate) problem: &'a Problem,
}

impl Words<'_> {
    pub(crate) fn instant(&self, time: Time) -> wire::Timestamp {
        wire::Timestamp::from_seconds(self.problem.epoch_seconds.saturating_add(time.ticks()))
    }

    pub(crate) fn window(&self, window: journeyman_domain::TimeWindow) -> wire::TimeWindow {
        wire::TimeWindow {
            start_time: Some(self.instant(window.start)),
            end_time: Some(self.instant(window.end)),
        }
    }

    /// Hard windows; none where any time will do.
    fn windows(&self, windows: &[journeyman_domain::TimeWindow]) -> Vec<wire::TimeWindow> {
        if windows == [self.problem.horizon_window()] {
            return Vec::new();
        }
        windows.iter().map(|window| self.window(*window)).collect()
    }

    pub(crate) fn place(&self, place: journeyman_domain::PlaceId) -> String {
        self.problem.place(place).label.clone()
    }

    fn jurisdiction(&self, jurisdiction: &Jurisdiction) -> wire::Jurisdiction {
        let parent = jurisdiction.parent.map(|parent| self.problem.jurisdiction(parent).label.clone());
        wire::Jurisdiction {
            id: jurisdiction.label.clone(),
            parent_id: parent.unwrap_or_default(),
            territory: jurisdiction.territory.iter().map(ring).collect(),
        }
    }

    fn permit(&self, permit: &Permit) -> wire::Permit {
        let jurisdiction = permit.jurisdiction.map(|id| self.problem.jurisdiction(id).label.clone());
        let mut written = wire::Permit {
            id: permit.label.clone(),
            kind: permit.kind.clone(),
            jurisdiction_id: jurisdiction.unwrap_or_default(),
            ..wire::Permit::default()
        };
        let state = match permit.state {
            PermitState::Required => wire::PermitState::Required,
            PermitState::Filed { expected } => {
                written.expected_time = expected.map(|time| self.instant(time));
                wire::PermitState::Filed
            }
            PermitState::Issued { from, until } => {
                written.issued_time = Some(self.instant(from));
                written.expire_time = (until < Time::MAX).then(|| self.instant(until));
                wire::PermitState::Issued
            }
            PermitState::Rejected => wire::PermitState::Rejected,
            PermitState::Expired => wire::PermitState::Expired,
        };
        written.set_state(state);
        written
    }
}

/// A duration in the contract's words.
pub(crate) fn span(duration: journeyman_domain::Duration) -> wire::Duration {
    wire::Duration::from_seconds(duration.ticks())
}

fn place(place: &Place) -> wire::Place {
    wire::Place {
        id: place.label.clone(),
        coordinates: place
            .point
            .map(|point| wire::Coordinates { latitude: point.latitude(), longitude: point.longitude() }),
    }
}

fn ring(ring: &Ring) -> wire::Ring {
    let corner = |point: &journeyman_domain::GeoPoint| wire::Coordinates {
        latitude: point.latitude(),
        longitude: point.longitude(),
    };
    wire::Ring { points: ring.iter().map(corner).collect() }
}

/// Prices of the whole, and those of the first shift and visit for all that share them.
fn rate_card(problem: &Problem) -> wire::RateCard {
    let mut card = wire::RateCard {
        promise_moved_micros: Some(problem.rates.promise_moved.micros()),
        promise_soon_surcharges: problem.rates.promise_soon.iter().map(soon_surcharge).collect(),
        promise_late_minute_micros: Some(problem.rates.promise_late.micros() * 60),
        technician_swapped_micros: Some(problem.rates.technician_swapped.micros()),
        announced_swap_micros: Some(problem.rates.announced_swap.micros()),
        day_changed_micros: Some(problem.rates.day_changed.micros()),
        ..wire::RateCard::default()
    };
    let rates = |is_card: fn(&ShiftCard) -> bool| {
        let first = problem.shifts.iter().find(|shift| is_card(&shift.card)).or(problem.shifts.first());
        first.map(|shift| people::shift_rates(&shift.rates)).unwrap_or_default()
    };
    card.pay_policy = rates(|card| card.pay).pay_policy;
    card.hour_micros = rates(|card| card.time).hour_micros;
    card.overtime_hour_micros = rates(|card| card.overtime).overtime_hour_micros;
    card.kilometer_micros = rates(|card| card.distance).kilometer_micros;
    card.shift_used_micros = rates(|card| card.used).shift_used_micros;
    let late = problem.visits.iter().find(|visit| visit.card.lateness).or(problem.visits.first());
    card.late_minute_micros = late.map(|visit| visit.lateness.micros() * 60);
    card.preference_miss_micros = preference_missed(problem).map(Cost::micros);
    card.default_penalty_micros = default_penalty(problem);
    for priority in [Priority::Low, Priority::High, Priority::Emergency] {
        let penalty =
            penalty_by(problem, priority).filter(|&micros| Some(micros) != card.default_penalty_micros);
        card.default_penalties.extend(penalty.map(|penalty_micros| wire::PriorityPenalty {
            priority: work::priority(priority).into(),
            penalty_micros,
        }));
    }
    card
}

fn soon_surcharge(soon: &SoonPrice) -> wire::SoonSurcharge {
    wire::SoonSurcharge { within_duration: Some(span(soon.within)), surcharge_micros: soon.price.micros() }
}

/// Whether the day knows which of its prices are a rate card's: one that was read does.
fn knows_its_card(problem: &Problem) -> bool {
    problem.shifts.iter().any(|shift| shift.card != ShiftCard::default())
        || problem.visits.iter().any(|visit| visit.card != VisitCard::default())
}

/// What the rate card says of leaving out a visit of this priority, as far as some visit knows.
fn penalty_by(problem: &Problem, priority: Priority) -> Option<i64> {
    problem.visits.iter().filter(|visit| visit.card.penalty == Some(priority)).find_map(own_penalty)
}

/// The penalty of the first visit that has the card's, or else any.
fn default_penalty(problem: &Problem) -> Option<i64> {
    penalty_by(problem, Priority::Normal).or_else(|| problem.visits.iter().find_map(own_penalty))
}

fn own_penalty(visit: &Visit) -> Option<i64> {
    match visit.unserved {
        Unserved::Penalty(penalty) => Some(penalty.micros()),
        Unserved::Mandatory => None,
    }
}

/// The price of missing preferences that stands in the rate card: only a visit with preferences can say its own.
fn preference_missed(problem: &Problem) -> Option<Cost> {
    let of_card = problem.visits.iter().find(|visit| visit.card.preference_missed);
    let indifferent = || problem.visits.iter().find(|visit| visit.preferred.is_empty());
    of_card.or_else(indifferent).or(problem.visits.first()).map(|visit| visit.preference_missed)
}

fn window_policy(problem: &Problem) -> wire::ArrivalWindowPolicy {
    let policy = &problem.window_policy;
    let permille = |number: u32| Some(i32::try_from(number).unwrap_or(i32::MAX));
    wire::ArrivalWindowPolicy {
        snap_duration: Some(span(policy.snap)),
        width_min: Some(span(policy.width_min)),
        width_max: Some(span(policy.width_max)),
        on_time_permille: permille(u32::from(policy.on_time_permille)),
        duration_spread_permille: permille(policy.duration_spread_permille),
        travel_spread_permille: permille(policy.travel_spread_permille),
    }
}

#[cfg(test)]
mod tests {
    use journeyman_domain::{Date, LicenseClass, Problem, TravelSpec};
    use journeyman_testkit::ProblemBuilder;

    use super::*;
    use crate::json::{from_json, to_json};

    fn problem() -> Problem {
        let mut builder = ProblemBuilder::new();
        builder.calendar(1_772_434_800, "America/Denver").horizon(86_400).estimate(40_000, 1_300);
        builder.jurisdiction("utah");
        builder.technician("T-1").license(LicenseClass::Master, "utah").skill("solar", 2).tool("megger");
        builder.shift("T-1", 0, 36_000).pause(10_000, 12_000, 1_800);
        builder.issued_permit("P-1", -86_400);
        builder.visit("V-1", (3, 4)).duration(3_600).needs(LicenseClass::Journeyman).part("breaker", 2);
        builder.visit("V-2", (5, 4)).mandatory();
        let mut problem = builder.build();
        let day = |text: &str| text.parse::<Date>().ok();
        for license in problem.technicians.iter_mut().flat_map(|technician| &mut technician.licenses) {
            license.validity.first_day = day("2025-01-01");
            license.validity.last_day = day("2027-12-31");
        }
        problem
    }

    #[test]
    fn a_day_is_written_in_the_contracts_words_and_read_from_json_again() {
        let day = write_day(&problem()).unwrap();
        assert_eq!(day.technicians[0].licenses[0].valid_until, "2027-12-31");
        assert_eq!(day.technicians[0].skills[0].level, Some(2));
        assert_eq!(day.permits[0].state(), wire::PermitState::Issued);
        let visits: Vec<&wire::Visit> = day.work_orders.iter().flat_map(|order| &order.visits).collect();
        assert_eq!((visits[0].id.as_str(), visits[0].parts[0].quantity), ("V-1", 2));
        assert!(visits[1].mandatory && visits[1].penalty_micros.is_none());
        let again: wire::Problem = from_json(to_json(&day).unwrap().as_bytes(), 1 << 20).unwrap();
        assert_eq!(again, day);
    }

    #[test]
    fn what_the_contract_has_no_words_for_is_refused() {
        let refusal = |change: &dyn Fn(&mut Problem)| {
            let mut changed = problem();
            change(&mut changed);
            write_day(&changed).unwrap_err()
        };
        let tenths = TickScale { time_ticks_per_unit: 10, distance_ticks_per_unit: 10 };
        assert_eq!(refusal(&|problem| problem.ticks = tenths), InexpressibleDay::Ticks(tenths));
        let profile = journeyman_domain::SpeedStep { from: Time::from_ticks(90), factor_permille: 1_500 };
        let rush = |problem: &mut Problem| {
            let TravelSpec::Estimate(estimate) = &mut problem.travel else { panic!("an estimate") };
            estimate.profile.push(profile);
        };
        assert_eq!(refusal(&rush), InexpressibleDay::TravelProfile);
    }

    #[test]
    fn prices_stand_for_hours_and_kilometers_in_the_rate_card() {
        let mut priced = problem();
        priced.shifts[0].rates.time = journeyman_domain::CostPerTime::from_micros(12_500);
        priced.shifts[0].rates.distance = journeyman_domain::CostPerDistance::from_micros(400);
        let card = write_day(&priced).unwrap().rate_card.unwrap();
        assert_eq!((card.hour_micros, card.kilometer_micros), (Some(45_000_000), Some(400_000)));
    }

    #[test]
    fn stock_without_limit_is_said_so() {
        let mut builder = ProblemBuilder::new();
        builder.calendar(0, "UTC").estimate(40_000, 1_300);
        builder.pickup("yard", (0, 0)).stocks_unlimited("breaker");
        let day = write_day(&builder.build()).unwrap();
        let amount = day.warehouses[0].stock[0].amount;
        assert_eq!(amount, Some(wire::warehouse_stock::Amount::Unlimited(true)));
    }
}
