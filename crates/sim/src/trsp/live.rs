//! A day whose requests become known while it is driven, through the same [`Session`] as every other day under way.
//!
//! The clock jumps from one release to the next. The session hears of a request when it is released, and of nothing
//! before; what somebody has set out for is a fact. Who has nothing to do drives home, and may be called from the way, or
//! from home: his one route then goes on from there, and its working time runs on.

use std::collections::BTreeMap;

use journeyman_domain::{
    Call, CostPerDistance, Duration, Event, EventKind, PlaceId, PlannedRoute, Problem, Shift, ShiftId,
    StopKind, Time, VisitId,
};
use journeyman_engine::{Control, EngineError, Session, SolveOptions, Wishes};
use journeyman_travel::{Travel, TravelError};

use super::departures::{Patience, Ready, choose_times};
use super::{
    ExecutedDay, ExecutedRoute, ExecutedStop, Instance, Point, Releases, Stop, TICKS_PER_UNIT, told_requests,
};
use crate::benchmark::ticks_up;

/// How a live day is planned.
#[derive(Clone, Debug)]
pub struct LiveDayOptions {
    /// Budget of the first plan, made before the day begins.
    pub opening: SolveOptions,
    /// Budget of each answer to a release.
    pub per_event: SolveOptions,
    /// How late technicians leave.
    pub patience: Patience,
}

/// Why a live day could not be driven to its end.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// The session fails.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The legs of the instance cannot be used.
    #[error(transparent)]
    Travel(#[from] TravelError),
    /// A planned route cannot be driven by the clock of the day.
    #[error("technician {technician}: the planned route cannot be driven in time")]
    NotDrivable {
        /// Node of the technician.
        technician: usize,
    },
}

/// Nothing was promised to anybody, so only working time counts.
const WISHES: Wishes = Wishes { keep_plan: false, changes_max: None };

/// Plans pay for driving once more than for time, so that waiting costs half as much: calls that are still to come may
/// fill it. All 29 instances at 50 and 90 %, 100 ms an event: 7.5 and 8.2 % over the best static plans with it, 9.0 and
/// 8.9 % without; three times as much was no better.
const WAITING_IS_WORTH_HALF: CostPerDistance = CostPerDistance::from_micros(1);

/// Drives the day of an instance whose requests become known as `releases` says.
///
/// Where the options count iterations and set no time, the day depends on instance, releases and options alone.
///
/// # Errors
/// [`LiveError`]; a request that finds no place is no error but rejected.
pub fn run_live_day(
    instance: &Instance,
    releases: &Releases,
    options: &LiveDayOptions,
) -> Result<ExecutedDay, LiveError> {
    let mut day = LiveDay::open(instance, &releases.known(), options)?;
    for (number, (moment, requests)) in (1..).zip(releases.moments()) {
        let now = Time::from_ticks(ticks_up(moment, TICKS_PER_UNIT));
        day.hear(&requests, now)?;
        let seed = options.per_event.seed.wrapping_add(number);
        let budget = SolveOptions { seed, ..options.per_event.clone() };
        day.session.improve(&budget, &Control::default(), &mut |_| {})?;
        day.schedule(now)?;
    }
    Ok(day.end())
}

/// What has begun of a route.
struct Driven {
    /// At least one stop.
    facts: Vec<Fact>,
    /// Where he stands or drives home from, and since when he does.
    stand: Stand,
    /// When his last work ends, as the session was told.
    told_end: Time,
    /// Drives home from the depot: nothing is added any more.
    closed: bool,
}

/// Where somebody was when he was free to go on.
#[derive(Clone, Copy)]
struct Stand {
    point: Point,
    free: Time,
}

/// A stop that somebody has set out for.
#[derive(Clone, Copy)]
struct Fact {
    stop: StopKind,
    from: Point,
    departure: Time,
    arrival: Time,
    start: Time,
    end: Time,
}

struct LiveDay<'i> {
    instance: &'i Instance,
    session: Session,
    travel: Travel,
    patience: Patience,
    driven: BTreeMap<ShiftId, Driven>,
}

impl<'i> LiveDay<'i> {
    fn open(instance: &'i Instance, known: &[usize], options: &LiveDayOptions) -> Result<Self, LiveError> {
        // Requests that are still to come say nothing about the horizon: nobody works longer than the people do.
        let latest = instance.nodes[..=instance.crew].iter().map(|node| node.closes).fold(0.0, f64::max);
        let mut problem = instance.idle(Time::from_ticks(ticks_up(latest, TICKS_PER_UNIT)));
        instance.tell(&mut problem, known, &BTreeMap::new());
        for shift in &mut problem.shifts {
            shift.rates.distance = WAITING_IS_WORTH_HALF;
        }
        let travel = Travel::build(&problem)?;
        let (mut session, _) = Session::open(problem, Time::ZERO)?;
        session.improve(&options.opening, &Control::default(), &mut |_| {})?;
        let patience = options.patience;
        let mut day = Self { instance, session, travel, patience, driven: BTreeMap::new() };
        day.schedule(Time::ZERO)?;
        Ok(day)
    }

    /// Answers the release of requests at `now`: what was set out for before it stays.
    fn hear(&mut self, requests: &[usize], now: Time) -> Result<(), LiveError> {
        self.drive_until(now);
        let mut news = self.news_of_stands();
        news.extend(requests.iter().map(|&request| News::Call(request)));
        let stands = self.points_left_from();
        let read = |number: usize, problem: &Problem| {
            let kind = match news[number] {
                News::Closed(shift) => {
                    let noun = Shift { out: true, ..problem.shift(shift).clone() };
                    EventKind::ShiftChanged { shift: Box::new(noun), replaces: Some(shift) }
                }
                News::FreeFrom(visit, end) => EventKind::VisitEnds { visit, end },
                News::Call(request) => {
                    EventKind::CallReceived(Box::new(self.instance.call(problem, request, &stands)))
                }
            };
            Ok::<_, EngineError>(Event { label: format!("{number} at {}", now.ticks()), time: now, kind })
        };
        self.session.reassign(news.len(), read, now, WISHES)?;
        self.travel = Travel::build(self.session.problem())?;
        Ok(())
    }

    /// Notes what has begun before `now`, and where everybody is who is under way and has nothing to do.
    fn drive_until(&mut self, now: Time) {
        let told: Vec<usize> = told_requests(self.session.problem()).collect();
        for route in &self.session.plan().routes {
            let done = self.driven.get(&route.shift).map_or(0, |driven| driven.facts.len());
            let home = self.instance.point(route.shift.index() + 1);
            let mut from = self.driven.get(&route.shift).map_or(home, |driven| driven.stand.point);
            for stop in route.stops[done..].iter().take_while(|stop| stop.leg.departure < now) {
                let fact = Fact {
                    stop: stop.kind,
                    from,
                    departure: stop.leg.departure,
                    arrival: stop.arrival,
                    start: stop.start,
                    end: stop.end,
                };
                from = self.instance.point_of(stop.kind, &told);
                let stand = Stand { point: from, free: stop.end };
                let driven = self.driven.entry(route.shift).or_insert_with(|| Driven {
                    facts: Vec::new(),
                    stand,
                    told_end: stop.end,
                    closed: false,
                });
                driven.facts.push(fact);
                (driven.stand, driven.told_end) = (stand, stop.end);
            }
            let Some(driven) = self.driven.get_mut(&route.shift).filter(|driven| driven.stand.free < now)
            else {
                continue;
            };
            if driven.facts.len() < route.stops.len() {
                // Who waits at home is back.
                if driven.stand.point != home {
                    driven.stand.free = now;
                }
            } else if matches!(driven.facts.last().map(|last| last.stop), Some(StopKind::Visit(_))) {
                driven.stand = driven.stand.homeward(home, now);
            } else {
                driven.closed = true;
            }
        }
    }

    /// Where and when people are free, as far as the session does not know it.
    fn news_of_stands(&mut self) -> Vec<News> {
        let mut news = Vec::new();
        for (&shift, driven) in &mut self.driven {
            if driven.closed && !self.session.problem().shift(shift).out {
                news.push(News::Closed(shift));
            }
            if let Some(StopKind::Visit(visit)) = driven.facts.last().map(|last| last.stop)
                && driven.told_end != driven.stand.free
            {
                driven.told_end = driven.stand.free;
                news.push(News::FreeFrom(visit, driven.stand.free));
            }
        }
        news
    }

    /// By request: where the technician is who served it last.
    fn points_left_from(&self) -> BTreeMap<usize, Point> {
        let told: Vec<usize> = told_requests(self.session.problem()).collect();
        let stands = self.driven.values().filter_map(|driven| match driven.facts.last()?.stop {
            StopKind::Visit(visit) => Some((told[visit.index()], driven.stand.point)),
            StopKind::Pickup(_) | StopKind::Break(_) => None,
        });
        stands.collect()
    }

    /// Chooses the times of the plan in force from `now` on.
    fn schedule(&mut self, now: Time) -> Result<(), LiveError> {
        let problem = self.session.problem();
        let mut plan = self.session.plan().clone();
        for route in &mut plan.routes {
            let driven = self.driven.get(&route.shift);
            let facts = driven.map_or(&[][..], |driven| &driven.facts);
            take_facts(route, facts);
            let ready = match (driven, facts.last()) {
                (Some(driven), Some(last)) => {
                    let goes_home = facts.len() == route.stops.len();
                    let free = driven.stand.free;
                    Ready::At(place_of(problem, last.stop), if goes_home { free } else { free.max(now) })
                }
                _ => Ready::AtHome(problem.shift(route.shift).window.start.max(now)),
            };
            if !choose_times((problem, &self.travel), route, facts.len(), ready, self.patience) {
                return Err(LiveError::NotDrivable { technician: route.shift.index() + 1 });
            }
        }
        self.session = self.session.with_plan(plan);
        Ok(())
    }

    /// The day as it was driven, when nobody calls any more.
    fn end(&self) -> ExecutedDay {
        let plan = self.session.plan();
        let told: Vec<usize> = told_requests(self.session.problem()).collect();
        let routes = plan.routes.iter().map(|route| self.executed(route, &told)).collect();
        let mut rejected: Vec<usize> =
            plan.unassigned.iter().map(|left_out| told[left_out.visit.index()]).collect();
        rejected.sort_unstable();
        ExecutedDay { routes, rejected }
    }

    fn executed(&self, route: &PlannedRoute, told: &[usize]) -> ExecutedRoute {
        let technician = route.shift.index() + 1;
        let driven = self.driven.get(&route.shift);
        let facts = driven.map_or(&[][..], |driven| &driven.facts);
        let mut from = driven.map_or(self.instance.point(technician), |driven| driven.stand.point);
        let mut stops = Vec::with_capacity(route.stops.len());
        for (position, planned) in route.stops.iter().enumerate() {
            stops.push(ExecutedStop {
                stop: match planned.kind {
                    StopKind::Visit(visit) => Stop::Request(told[visit.index()]),
                    StopKind::Pickup(_) | StopKind::Break(_) => Stop::Depot,
                },
                from: facts.get(position).map_or(from, |fact| fact.from),
                decided: units(planned.leg.departure),
                departure: units(planned.leg.departure),
                arrival: units(planned.arrival),
                start: units(planned.start),
                end: units(planned.end),
            });
            if position >= facts.len() {
                from = self.instance.point_of(planned.kind, told);
            }
        }
        let (last_departure, returned) = (units(route.last_leg.departure), units(route.return_time));
        ExecutedRoute { technician, stops, last_from: from, last_departure, returned }
    }
}

/// What the session cannot know by the clock alone.
#[derive(Clone, Copy)]
enum News {
    /// Nothing is added to a shift any more.
    Closed(ShiftId),
    /// Who served this last is free to go on from then on.
    FreeFrom(VisitId, Time),
    /// A request is released.
    Call(usize),
}

impl Instance {
    /// A request as a call to a day that knows others.
    fn call(&self, problem: &Problem, request: usize, left_from: &BTreeMap<usize, Point>) -> Call {
        let mut grown = problem.clone();
        self.tell(&mut grown, &[request], left_from);
        Call {
            places: grown.places.split_off(problem.places.len()),
            travel: Some(Box::new(grown.travel)),
            visits: grown.visits.split_off(problem.visits.len()),
            work_order: grown.work_orders.pop(),
            ..Call::default()
        }
    }

    fn point_of(&self, stop: StopKind, told: &[usize]) -> Point {
        match stop {
            StopKind::Visit(visit) => self.point(told[visit.index()]),
            StopKind::Pickup(_) | StopKind::Break(_) => self.point(0),
        }
    }
}

impl Stand {
    /// On the way home since he was free, or there.
    fn homeward(self, home: Point, now: Time) -> Self {
        let way = self.point.distance(home);
        let driven = units(now) - units(self.free);
        if driven >= way {
            let way = Duration::from_ticks(ticks_up(way, TICKS_PER_UNIT));
            return Self { point: home, free: self.free + way };
        }
        Self { point: self.point.towards(home, driven / way), free: now }
    }
}

/// Puts what has happened in the place of what the plan says of it.
fn take_facts(route: &mut PlannedRoute, facts: &[Fact]) {
    for (stop, fact) in route.stops.iter_mut().zip(facts) {
        stop.leg.departure = fact.departure;
        (stop.arrival, stop.start, stop.end) = (fact.arrival, fact.start, fact.end);
    }
    route.departure = facts.first().map_or(route.departure, |first| first.departure);
}

fn place_of(problem: &Problem, stop: StopKind) -> PlaceId {
    match stop {
        StopKind::Visit(visit) => problem.visit(visit).place,
        StopKind::Pickup(pickup) => problem.pickup(pickup).place,
        StopKind::Break(_) => unreachable!("instances have no breaks"),
    }
}

fn units(time: Time) -> f64 {
    time.ticks() as f64 / TICKS_PER_UNIT as f64
}
