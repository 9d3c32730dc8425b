//! A day as it was driven, and what it is judged by: the rules of the instance in double precision, and that nobody
//! acted on what was not known yet. Shares no arithmetic with what made the day.

use std::collections::BTreeSet;

use super::{Instance, Point, Releases, Stop};

/// How far a time may lie off, in units: driving and service are carried out in whole ticks.
const TOLERANCE: f64 = 1e-6;

/// One stop as it was driven. Times in units.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ExecutedStop {
    /// Where.
    pub stop: Stop,
    /// Where the way there begins: at the stop before, at home, or on the way home from that stop.
    pub from: Point,
    /// When nothing could change it any more: the technician set out for it.
    pub decided: f64,
    /// Start of the way there.
    pub departure: f64,
    /// There.
    pub arrival: f64,
    /// Service starts.
    pub start: f64,
    /// Service ends.
    pub end: f64,
}

/// The route of one technician as it was driven. Times in units.
#[derive(Clone, PartialEq, Debug)]
pub struct ExecutedRoute {
    /// Node of the technician.
    pub technician: usize,
    /// Where he went, at least one stop; he left home with the first departure.
    pub stops: Vec<ExecutedStop>,
    /// Where the way home begins: at the last stop, or where he waited for one that went to somebody else.
    pub last_from: Point,
    /// Start of the way home.
    pub last_departure: f64,
    /// Home.
    pub returned: f64,
}

/// A whole day as it was driven.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ExecutedDay {
    /// Routes with at least one stop, in the order of the technicians.
    pub routes: Vec<ExecutedRoute>,
    /// Requests that nobody served, in order.
    pub rejected: Vec<usize>,
}

/// What a driven day breaks.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum ExecutionBreach {
    /// A stop starts or ends at a time that its window, the way or the time on site forbids.
    #[error("technician {technician}, stop {position}: {what} at {time}")]
    Time {
        /// Node of the technician.
        technician: usize,
        /// Position of the stop; one past the last for home.
        position: usize,
        /// What happens too early or too late.
        what: &'static str,
        /// When, in units.
        time: f64,
    },
    /// Somebody set out for a request before it was known.
    #[error("request {request}: decided at {decided}, known at {released}")]
    Foreseen {
        /// The request.
        request: usize,
        /// When it was decided, in units.
        decided: f64,
        /// When it became known, in units.
        released: f64,
    },
    /// The technician lacks a skill, a tool or a part.
    #[error("technician {technician} lacks a {what} for request {request}")]
    Lacking {
        /// Node of the technician.
        technician: usize,
        /// The request.
        request: usize,
        /// Skill, tool or part.
        what: &'static str,
    },
    /// The depot is visited more than once.
    #[error("technician {0} visits the depot twice")]
    DepotTwice(usize),
    /// A request is not served or rejected exactly once.
    #[error("request {0} is not served or rejected exactly once")]
    NotOnce(usize),
}

impl Instance {
    /// The working time of a day as it was driven, in units: return less departure of every route.
    ///
    /// # Errors
    /// The first rule that the day breaks.
    pub fn executed_time(&self, releases: &Releases, day: &ExecutedDay) -> Result<f64, ExecutionBreach> {
        let mut open: BTreeSet<usize> = self.requests().collect();
        let stops = day.routes.iter().flat_map(|route| &route.stops);
        let served = stops.filter_map(|stop| match stop.stop {
            Stop::Request(request) => Some(request),
            Stop::Depot => None,
        });
        for request in served.chain(day.rejected.iter().copied()) {
            if !open.remove(&request) {
                return Err(ExecutionBreach::NotOnce(request));
            }
        }
        if let Some(&request) = open.first() {
            return Err(ExecutionBreach::NotOnce(request));
        }
        let mut total = 0.0;
        for route in &day.routes {
            self.judge_times(releases, route)?;
            self.judge_cargo(route)?;
            total += route.returned - route.stops.first().map_or(route.last_departure, |stop| stop.departure);
        }
        Ok(total)
    }

    fn judge_times(&self, releases: &Releases, route: &ExecutedRoute) -> Result<(), ExecutionBreach> {
        let technician = route.technician;
        let breach = |position, what, time| Err(ExecutionBreach::Time { technician, position, what, time });
        let home = &self.nodes[technician];
        let at_home = self.point(technician);
        let (mut before, mut free) = (at_home, home.opens);
        for (position, stop) in route.stops.iter().enumerate() {
            let node = match stop.stop {
                Stop::Request(request) => request,
                Stop::Depot => 0,
            };
            let (to, place) = (&self.nodes[node], self.point(node));
            // What lies between is driven too.
            if stop.departure < free + before.distance(stop.from) - TOLERANCE {
                return breach(position, "departure", stop.departure);
            }
            if stop.decided > stop.departure + TOLERANCE {
                return breach(position, "decision", stop.decided);
            }
            if stop.arrival < stop.departure + stop.from.distance(place) - TOLERANCE {
                return breach(position, "arrival", stop.arrival);
            }
            let starts = stop.start >= stop.arrival.max(to.opens) - TOLERANCE;
            if !starts || stop.start > to.closes + TOLERANCE {
                return breach(position, "start", stop.start);
            }
            if stop.end < stop.start + to.service - TOLERANCE {
                return breach(position, "end", stop.end);
            }
            if let Stop::Request(request) = stop.stop
                && let Some(released) = releases.of(request).filter(|&time| stop.decided < time)
            {
                return Err(ExecutionBreach::Foreseen { request, decided: stop.decided, released });
            }
            (before, free) = (place, stop.end);
        }
        if route.last_departure < free + before.distance(route.last_from) - TOLERANCE {
            return breach(route.stops.len(), "departure", route.last_departure);
        }
        let arrives = route.returned >= route.last_departure + route.last_from.distance(at_home) - TOLERANCE;
        if !arrives || route.returned > home.closes + TOLERANCE {
            return breach(route.stops.len(), "return", route.returned);
        }
        Ok(())
    }

    fn judge_cargo(&self, route: &ExecutedRoute) -> Result<(), ExecutionBreach> {
        let technician = route.technician;
        let home = &self.nodes[technician];
        let mut stock = home.parts.clone();
        stock.resize(self.kinds_of_parts, 0);
        let mut supplied = false;
        for stop in &route.stops {
            let Stop::Request(request) = stop.stop else {
                if std::mem::replace(&mut supplied, true) {
                    return Err(ExecutionBreach::DepotTwice(technician));
                }
                continue;
            };
            let lacking = |what| Err(ExecutionBreach::Lacking { technician, request, what });
            let needs = &self.nodes[request];
            if !needs.skills.is_subset(&home.skills) {
                return lacking("skill");
            }
            if supplied {
                continue;
            }
            if !needs.tools.is_subset(&home.tools) {
                return lacking("tool");
            }
            for (left, &wanted) in stock.iter_mut().zip(&needs.parts) {
                match left.checked_sub(wanted) {
                    Some(rest) => *left = rest,
                    None => return lacking("part"),
                }
            }
        }
        Ok(())
    }
}
