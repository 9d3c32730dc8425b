//! Pillac's technician routing and scheduling problem: the least total working time.
//!
//! Working time runs from departure to return, the departure free, so the pay policy is PORTAL_TO_PORTAL. The depot
//! is a pickup that lends every tool and has any number of parts.

mod departures;
mod executed;
mod live;
mod releases;

use std::collections::{BTreeMap, BTreeSet};

use journeyman_domain::{
    CostPerTime, Duration, MatrixSpec, PartDemand, PayPolicy, Pickup, Place, PlaceId, Plan, Problem,
    Requirement, Shift, ShiftRates, SkillId, SkillLevel, SkuId, StockEntry, StockQuantity, StopKind,
    Technician, TechnicianId, Time, ToolId, TravelSpec, Van, Visit,
};

use crate::benchmark::{
    FREE, InstanceError, InstanceErrorKind, NO_DAY, NODES_MAX, PIECES_MAX, bare_problem, coordinate, matrix,
    number, ticks_up, unexpected, visit, whole, window,
};

pub use departures::Patience;
pub use executed::{ExecutedDay, ExecutedRoute, ExecutedStop, ExecutionBreach};
pub use live::{LiveDayOptions, LiveError, run_live_day};
pub use releases::Releases;

/// Ticks of one unit of time; travel is rounded up to them.
pub const TICKS_PER_UNIT: i64 = 10_000;

#[derive(Clone, PartialEq, Debug)]
struct Node {
    x: f64,
    y: f64,
    opens: f64,
    closes: f64,
    service: f64,
    skills: BTreeSet<usize>,
    tools: BTreeSet<usize>,
    parts: Vec<u32>,
}

/// An instance: the depot (node 0), technicians (nodes 1 to the crew's size), requests.
#[derive(Clone, PartialEq, Debug)]
pub struct Instance {
    /// The first line of the file.
    pub name: String,
    crew: usize,
    skills: usize,
    tools: usize,
    kinds_of_parts: usize,
    nodes: Vec<Node>,
}

/// A point of an instance, in its units.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Point {
    /// First coordinate.
    pub x: f64,
    /// Second coordinate.
    pub y: f64,
}

impl Point {
    fn distance(self, other: Self) -> f64 {
        (self.x - other.x).hypot(self.y - other.y)
    }

    /// A share of the straight way to another point.
    fn towards(self, other: Self, share: f64) -> Self {
        Self { x: self.x + (other.x - self.x) * share, y: self.y + (other.y - self.y) * share }
    }
}

/// One stop of a route, in the instance's own numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stop {
    /// A request.
    Request(usize),
    /// The main depot.
    Depot,
}

/// The route of one technician, in the instance's own numbers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Route {
    /// Node of the technician.
    pub technician: usize,
    /// Where he goes.
    pub stops: Vec<Stop>,
}

impl Instance {
    /// Reads an instance.
    ///
    /// # Errors
    /// [`InstanceError`] with the line that is not understood; explicit matrices are refused.
    pub fn read(text: &str) -> Result<Self, InstanceError> {
        let last_line = text.lines().count().max(1);
        let missing = |what| move || InstanceErrorKind::Missing(what).at(last_line);
        let mut lines = text
            .lines()
            .enumerate()
            .map(|(index, line)| (index + 1, line.trim()))
            .filter(|(_, line)| !line.is_empty());
        let (_, name) = lines.next().ok_or_else(missing("a name"))?;
        lines.find(|(_, line)| line.starts_with("CREW")).ok_or_else(missing("CREW COUNT"))?;
        let (line, sizes) = lines.next().ok_or_else(missing("sizes of crew, skills, tools and parts"))?;
        let words: Vec<&str> = sizes.split_whitespace().collect();
        let [crew, skills, tools, parts] = words[..] else {
            return Err(unexpected("sizes of crew, skills, tools and parts", sizes).at(line));
        };
        let mut instance = Self {
            name: name.to_owned(),
            crew: whole(crew, "size of the crew", line)?,
            skills: whole(skills, "number of skills", line)?,
            tools: whole(tools, "number of tools", line)?,
            kinds_of_parts: whole(parts, "number of kinds of parts", line)?,
            nodes: Vec::new(),
        };
        let all = [instance.crew, instance.skills, instance.tools, instance.kinds_of_parts];
        if let Some(&found) = all.iter().find(|size| **size > NODES_MAX) {
            let kind = InstanceErrorKind::TooMany {
                what: "people, skills, tools or parts",
                found,
                limit: NODES_MAX,
            };
            return Err(kind.at(line));
        }
        let is_row = |line: &str| line.starts_with(|c: char| c.is_ascii_digit());
        for (line, text) in lines.skip_while(|(_, line)| !is_row(line)) {
            let node = instance.node(text, line)?;
            instance.nodes.push(node);
            if instance.nodes.len() > NODES_MAX {
                let found = instance.nodes.len();
                return Err(InstanceErrorKind::TooMany { what: "nodes", found, limit: NODES_MAX }.at(line));
            }
        }
        if instance.nodes.len() <= instance.crew + 1 {
            return Err(InstanceErrorKind::Missing("a depot, technicians and requests").at(last_line));
        }
        Ok(instance)
    }

    /// `ID X Y TWS TWE Serv [skills] [tools] [parts]`; anything else, an explicit matrix for one, is refused.
    fn node(&self, text: &str, line: usize) -> Result<Node, InstanceError> {
        let wrong = || unexpected("a node with skills, tools and parts", text).at(line);
        let (head, sets) = text.split_once('[').ok_or_else(wrong)?;
        let words: Vec<&str> = head.split_whitespace().collect();
        let [id, x, y, opens, closes, service] = words[..] else { return Err(wrong()) };
        let lists: Vec<&str> = sets
            .split('[')
            .map(|list| list.trim_end().strip_suffix(']'))
            .collect::<Option<_>>()
            .ok_or_else(wrong)?;
        let [skills, tools, parts] = lists[..] else { return Err(wrong()) };
        let found = whole(id, "number of a node", line)?;
        if found != self.nodes.len() {
            return Err(InstanceErrorKind::OutOfOrder { expected: self.nodes.len(), found }.at(line));
        }
        let parts: Vec<u32> = list(parts, "quantity of a part", line)?
            .into_iter()
            .map(|quantity| {
                u32::try_from(quantity).ok().filter(|pieces| *pieces <= PIECES_MAX).ok_or_else(wrong)
            })
            .collect::<Result<_, _>>()?;
        if parts.len() > self.kinds_of_parts {
            return Err(wrong());
        }
        let node = Node {
            x: coordinate(x, "x coordinate", line)?,
            y: coordinate(y, "y coordinate", line)?,
            opens: number(opens, "start of the window", line)?,
            closes: number(closes, "end of the window", line)?,
            service: number(service, "service time", line)?,
            skills: numbers_below(skills, self.skills, "skill", line)?,
            tools: numbers_below(tools, self.tools, "tool", line)?,
            parts,
        };
        if node.closes < node.opens {
            let kind = InstanceErrorKind::WindowInverted { ready: opens.to_owned(), due: closes.to_owned() };
            return Err(kind.at(line));
        }
        Ok(node)
    }

    /// The instance as a problem: a tick of working time costs one micro-dollar; visit `i` is request
    /// `i + 1 + crew`; every request is mandatory.
    pub fn problem(&self) -> Problem {
        let latest = self.nodes.iter().map(|node| node.closes).fold(0.0, f64::max);
        let mut problem = self.idle(Time::from_ticks(ticks_up(latest, TICKS_PER_UNIT)));
        let all: Vec<usize> = self.requests().collect();
        self.tell(&mut problem, &all, &BTreeMap::new());
        problem
    }

    /// The numbers of the requests.
    pub fn requests(&self) -> std::ops::Range<usize> {
        self.crew + 1..self.nodes.len()
    }

    /// The depot and the people, without a request.
    fn idle(&self, horizon: Time) -> Problem {
        let known: Vec<usize> = (0..=self.crew).collect();
        let mut problem =
            bare_problem(known.len(), horizon, TICKS_PER_UNIT, self.matrix_between(&known, &BTreeMap::new()));
        let words = |kind: &str, count: usize| (0..count).map(|k| format!("{kind}-{k}")).collect();
        problem.names.skills = words("skill", self.skills);
        problem.names.tools = words("tool", self.tools);
        problem.names.skus = words("part", self.kinds_of_parts);
        problem.pickups.push(self.depot(horizon));
        for (index, node) in self.nodes[1..=self.crew].iter().enumerate() {
            let (technician, shift) = person(index, node, horizon);
            problem.technicians.push(technician);
            problem.shifts.push(shift);
        }
        problem
    }

    /// Adds requests to a problem: places, the matrix, and visits in this order. Places of a problem are the depot, the
    /// people and the requests in the order in which they were told. `left_from`: by request, where the way from it
    /// begins, if not there.
    fn tell(&self, problem: &mut Problem, requests: &[usize], left_from: &BTreeMap<usize, Point>) {
        let horizon = problem.horizon_window().end;
        for &number in requests {
            let (place, order) = (problem.places.len(), problem.work_orders.len());
            problem.places.push(place_of(number));
            problem.visits.push(self.visit_of(number, place, order, horizon));
            problem.work_orders.push(number.to_string());
        }
        let nodes: Vec<usize> = (0..=self.crew).chain(told_requests(problem)).collect();
        problem.travel = TravelSpec::Matrix(self.matrix_between(&nodes, left_from));
    }

    /// The legs between nodes, which are the places of a problem in this order.
    fn matrix_between(&self, nodes: &[usize], left_from: &BTreeMap<usize, Point>) -> MatrixSpec {
        let from = |node: usize| left_from.get(&node).copied().unwrap_or_else(|| self.point(node));
        matrix(nodes.len(), 1, |i, j| match nodes[i] == nodes[j] {
            true => 0,
            false => ticks_up(from(nodes[i]).distance(self.point(nodes[j])), TICKS_PER_UNIT),
        })
    }

    fn point(&self, node: usize) -> Point {
        let Node { x, y, .. } = self.nodes[node];
        Point { x, y }
    }

    /// A request as the visit of a place and a work order.
    fn visit_of(&self, number: usize, place: usize, order: usize, horizon: Time) -> Visit {
        let node = &self.nodes[number];
        let requirement = Requirement {
            skills: skills(node),
            tools: tools(node),
            parts: parts(node),
            ..Requirement::default()
        };
        let duration = Duration::from_ticks(ticks_up(node.service, TICKS_PER_UNIT));
        let open = window(node.opens, node.closes, TICKS_PER_UNIT, horizon);
        let visit = visit(number, order, duration, open, requirement);
        Visit { place: PlaceId::new(place), ..visit }
    }

    fn depot(&self, horizon: Time) -> Pickup {
        let node = &self.nodes[0];
        let plenty = |kind| StockEntry {
            sku: SkuId::new(kind),
            quantity: StockQuantity::Unlimited,
            available_from: Time::MIN,
        };
        Pickup {
            label: "0".to_owned(),
            place: PlaceId::new(0),
            duration: Duration::from_ticks(ticks_up(node.service, TICKS_PER_UNIT)),
            windows: vec![window(node.opens, node.closes, TICKS_PER_UNIT, horizon)],
            tools: (0..self.tools).map(ToolId::new).collect(),
            stock: (0..self.kinds_of_parts).map(plenty).collect(),
        }
    }

    /// The routes of a plan in the instance's own numbers.
    pub fn routes(&self, plan: &Plan) -> Vec<Route> {
        let stop = |kind| match kind {
            StopKind::Visit(visit) => Some(Stop::Request(visit.index() + 1 + self.crew)),
            StopKind::Pickup(_) => Some(Stop::Depot),
            StopKind::Break(_) => None,
        };
        plan.routes
            .iter()
            .map(|route| Route {
                technician: route.shift.index() + 1,
                stops: route.stops.iter().filter_map(|planned| stop(planned.kind)).collect(),
            })
            .collect()
    }

    /// The total working time of routes in double precision, each departure chosen as late as pays; nothing when a
    /// window is missed by more than 1e-6.
    pub fn working_time(&self, routes: &[Route]) -> Option<f64> {
        // Not `sum`: it makes -0 of no routes at all.
        let used = routes.iter().filter(|route| !route.stops.is_empty());
        used.map(|route| self.route_time(route)).try_fold(0.0, |total, time| Some(total + time?))
    }

    fn route_time(&self, route: &Route) -> Option<f64> {
        const TOLERANCE: f64 = 1e-6;
        let home = &self.nodes[route.technician];
        let stops = route.stops.iter().map(|stop| match *stop {
            Stop::Request(request) => &self.nodes[request],
            Stop::Depot => &self.nodes[0],
        });
        // (earliest end, latest departure that keeps every window, busy time), one leg after the other.
        let (mut end, mut slack_departure, mut busy) = (home.opens, home.closes, 0.0);
        let mut from = home;
        let mut service = 0.0;
        for to in stops.chain(std::iter::once(home)) {
            let step = service + euclidean(from, to);
            busy += step;
            end = (end + step).max(to.opens);
            if end > to.closes + TOLERANCE {
                return None;
            }
            slack_departure = f64::min(slack_departure, to.closes - busy);
            (from, service) = (to, to.service);
        }
        // The end is max(earliest end, departure + busy time), so leaving as late as possible is best.
        Some((end - slack_departure).max(busy))
    }
}

fn place_of(number: usize) -> Place {
    Place { label: number.to_string(), point: None }
}

/// The requests of a problem in the order of its visits, whose labels are their numbers.
fn told_requests(problem: &Problem) -> impl Iterator<Item = usize> {
    problem.visits.iter().map(|visit| visit.label.parse().expect("a visit is labelled with its request"))
}

fn person(index: usize, node: &Node, horizon: Time) -> (Technician, Shift) {
    let label = (index + 1).to_string();
    let open = window(node.opens, node.closes, TICKS_PER_UNIT, horizon);
    let van = Van { tools: tools(node), features: Vec::new(), stock: parts(node), load_capacity: None };
    let technician = Technician {
        label: label.clone(),
        name: label.clone(),
        licenses: Vec::new(),
        skills: skills(node),
        van,
    };
    let rates = ShiftRates { pay: PayPolicy::PortalToPortal, time: CostPerTime::from_micros(1), ..FREE };
    let shift = Shift {
        label,
        technician: TechnicianId::new(index),
        day: NO_DAY,
        start_place: PlaceId::new(index + 1),
        end_place: PlaceId::new(index + 1),
        window: open,
        soft_end: open.end,
        breaks: Vec::new(),
        visits_max: None,
        rates,
        out: false,
        card: journeyman_domain::ShiftCard::default(),
        frozen: None,
    };
    (technician, shift)
}

fn skills(node: &Node) -> Vec<SkillLevel> {
    node.skills.iter().map(|&skill| SkillLevel { skill: SkillId::new(skill), level: 1 }).collect()
}

fn tools(node: &Node) -> Vec<ToolId> {
    node.tools.iter().copied().map(ToolId::new).collect()
}

fn parts(node: &Node) -> Vec<PartDemand> {
    let quantities = node.parts.iter().enumerate().filter(|&(_, &quantity)| quantity > 0);
    quantities.map(|(sku, &quantity)| PartDemand { sku: SkuId::new(sku), quantity }).collect()
}

fn list(text: &str, name: &'static str, line: usize) -> Result<Vec<usize>, InstanceError> {
    text.split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .map(|word| whole(word, name, line))
        .collect()
}

fn numbers_below(
    text: &str,
    count: usize,
    name: &'static str,
    line: usize,
) -> Result<BTreeSet<usize>, InstanceError> {
    let numbers: BTreeSet<usize> = list(text, name, line)?.into_iter().collect();
    match numbers.last() {
        Some(&largest) if largest >= count => Err(unexpected(name, &largest.to_string()).at(line)),
        _ => Ok(numbers),
    }
}

fn euclidean(a: &Node, b: &Node) -> f64 {
    (a.x - b.x).hypot(a.y - b.y)
}
