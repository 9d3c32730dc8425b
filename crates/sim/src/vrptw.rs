//! Solomon's and Gehring & Homberger's VRPTW files, in both of their cost conventions.
//!
//! A cost means nothing without its convention: distances cut to one decimal, or in double precision.

use journeyman_domain::{
    CostPerDistance, Duration, PlaceId, Plan, Problem, Requirement, Shift, ShiftRates, StopKind, Technician,
    TechnicianId, Time, Van,
};

use crate::benchmark::{
    FREE, InstanceError, InstanceErrorKind, NO_DAY, NODES_MAX, bare_problem, coordinate, matrix, number,
    ticks_up, unexpected, visit, whole, window,
};

/// How distance and travel time follow from coordinates.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Convention {
    /// Cut to one decimal (DIMACS 2021, CVRPLIB, the lists of proven optima).
    Trunc1,
    /// Double precision (SINTEF).
    Double,
}

impl Convention {
    /// Ticks of one unit: tenths are exact; ten-thousandths, rounded up, keep double precision honest.
    pub const fn ticks_per_unit(self) -> i64 {
        match self {
            Self::Trunc1 => 10,
            Self::Double => 10_000,
        }
    }
}

/// One node of a file; the depot is node 0.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Node {
    x: f64,
    y: f64,
    demand: f64,
    ready: f64,
    due: f64,
    service: f64,
}

/// An instance: the depot, customers 1 to n, and a fleet.
#[derive(Clone, PartialEq, Debug)]
pub struct Instance {
    /// The first word of the file, in capitals.
    pub name: String,
    vehicles: usize,
    capacity: f64,
    nodes: Vec<Node>,
}

impl Instance {
    /// Reads an instance; with `customers`, only the first so many of them (the 25- and 50-customer variants).
    ///
    /// # Errors
    /// [`InstanceError`] with the line that is not understood.
    pub fn read(text: &str, customers: Option<usize>) -> Result<Self, InstanceError> {
        // Some files have CRLF line ends; words are all that counts.
        let mut lines = text
            .lines()
            .enumerate()
            .map(|(index, line)| (index + 1, line.split_whitespace().collect::<Vec<_>>()))
            .filter(|(_, words)| !words.is_empty());
        let last_line = text.lines().count().max(1);
        let missing = |what| move || InstanceErrorKind::Missing(what).at(last_line);

        let (_, title) = lines.next().ok_or_else(missing("a name"))?;
        let name = title[0].to_uppercase();
        lines
            .find(|(_, words)| words[0].eq_ignore_ascii_case("NUMBER"))
            .ok_or_else(missing("NUMBER CAPACITY"))?;
        let (line, fleet) = lines.next().ok_or_else(missing("number and capacity of the vehicles"))?;
        let [vehicles, capacity] = fleet[..] else {
            return Err(unexpected("number and capacity of the vehicles", &fleet.join(" ")).at(line));
        };
        let vehicles = whole(vehicles, "number of vehicles", line)?;
        if vehicles > NODES_MAX {
            return Err(
                InstanceErrorKind::TooMany { what: "vehicles", found: vehicles, limit: NODES_MAX }.at(line)
            );
        }
        let capacity = number(capacity, "capacity", line)?;

        let mut nodes = Vec::new();
        let is_row = |words: &[&str]| words[0].starts_with(|c: char| c.is_ascii_digit());
        for (line, words) in lines.skip_while(|(_, words)| !is_row(words)) {
            nodes.push(node(&words, nodes.len(), line)?);
            if nodes.len() > NODES_MAX {
                let found = nodes.len();
                return Err(InstanceErrorKind::TooMany { what: "nodes", found, limit: NODES_MAX }.at(line));
            }
        }
        let found = nodes.len().saturating_sub(1);
        if found == 0 {
            return Err(InstanceErrorKind::Missing("a depot and customers").at(last_line));
        }
        if let Some(wanted) = customers {
            if wanted == 0 || wanted > found {
                return Err(InstanceErrorKind::TooFewCustomers { wanted, found }.at(last_line));
            }
            nodes.truncate(wanted + 1);
        }
        Ok(Self { name, vehicles, capacity, nodes })
    }

    /// Customers: nodes 1 to this.
    pub fn customers(&self) -> usize {
        self.nodes.len() - 1
    }

    /// The instance as a problem: cost is distance, one micro-dollar a tick; every customer mandatory; visit `i` is
    /// customer `i + 1`.
    pub fn problem(&self, convention: Convention) -> Problem {
        let scale = convention.ticks_per_unit();
        let depot = self.nodes[0];
        let horizon = Time::from_ticks(ticks_up(depot.due, scale));
        let rounding = match convention {
            Convention::Trunc1 => 0,
            Convention::Double => 1,
        };
        let travel = matrix(self.nodes.len(), rounding, |i, j| match convention {
            Convention::Trunc1 => tenths(&self.nodes[i], &self.nodes[j]),
            Convention::Double => ticks_up(euclidean(&self.nodes[i], &self.nodes[j]), scale),
        });
        let mut problem = bare_problem(self.nodes.len(), horizon, scale, travel);
        let opening = window(depot.ready, depot.due, scale, horizon);
        // Loads are whole numbers in every public file; thousandths keep the rare other ones.
        let load = |demand: f64| ticks_up(demand, 1_000);
        for vehicle in 0..self.vehicles {
            let label = (vehicle + 1).to_string();
            let van = Van { load_capacity: Some(load(self.capacity)), ..Van::default() };
            problem.technicians.push(Technician {
                label: label.clone(),
                name: label.clone(),
                licenses: Vec::new(),
                skills: Vec::new(),
                van,
            });
            problem.shifts.push(Shift {
                label,
                technician: TechnicianId::new(vehicle),
                day: NO_DAY,
                start_place: PlaceId::new(0),
                end_place: PlaceId::new(0),
                window: opening,
                soft_end: opening.end,
                breaks: Vec::new(),
                visits_max: None,
                rates: ShiftRates { distance: CostPerDistance::from_micros(1), ..FREE },
                out: false,
                card: journeyman_domain::ShiftCard::default(),
                frozen: None,
            });
        }
        for (customer, node) in self.nodes.iter().enumerate().skip(1) {
            let requirement = Requirement { load: load(node.demand), ..Requirement::default() };
            let duration = Duration::from_ticks(ticks_up(node.service, scale));
            let open = window(node.ready, node.due, scale, horizon);
            problem.visits.push(visit(customer, customer - 1, duration, open, requirement));
            problem.work_orders.push(customer.to_string());
        }
        problem
    }

    /// The routes of a plan as customer numbers.
    pub fn routes(&self, plan: &Plan) -> Vec<Vec<usize>> {
        let customers = |route: &journeyman_domain::PlannedRoute| {
            let stops = route.stops.iter();
            stops
                .filter_map(|stop| match stop.kind {
                    StopKind::Visit(visit) => Some(visit.index() + 1),
                    StopKind::Pickup(_) | StopKind::Break(_) => None,
                })
                .collect()
        };
        plan.routes.iter().map(customers).collect()
    }

    /// The total distance of routes in the instance's own convention.
    pub fn cost(&self, routes: &[Vec<usize>], convention: Convention) -> f64 {
        let legs = routes.iter().filter(|route| !route.is_empty()).flat_map(|route| {
            let from = std::iter::once(0).chain(route.iter().copied());
            let to = route.iter().copied().chain(std::iter::once(0));
            from.zip(to)
        });
        let nodes = &self.nodes;
        match convention {
            Convention::Trunc1 => {
                let total: i64 = legs.map(|(a, b)| tenths(&nodes[a], &nodes[b])).sum();
                total as f64 / 10.0
            }
            // Not `sum`: it makes -0 of no legs at all.
            Convention::Double => legs.fold(0.0, |total, (a, b)| total + euclidean(&nodes[a], &nodes[b])),
        }
    }
}

fn node(words: &[&str], expected: usize, line: usize) -> Result<Node, InstanceError> {
    let [id, x, y, demand, ready, due, service] = words[..] else {
        return Err(unexpected("seven numbers of a node", &words.join(" ")).at(line));
    };
    let found = whole(id, "number of a node", line)?;
    if found != expected {
        return Err(InstanceErrorKind::OutOfOrder { expected, found }.at(line));
    }
    let node = Node {
        x: coordinate(x, "x coordinate", line)?,
        y: coordinate(y, "y coordinate", line)?,
        demand: number(demand, "demand", line)?,
        ready: number(ready, "ready time", line)?,
        due: number(due, "due date", line)?,
        service: number(service, "service time", line)?,
    };
    if node.due < node.ready {
        return Err(
            InstanceErrorKind::WindowInverted { ready: ready.to_owned(), due: due.to_owned() }.at(line)
        );
    }
    Ok(node)
}

fn euclidean(a: &Node, b: &Node) -> f64 {
    (a.x - b.x).hypot(a.y - b.y)
}

/// Ten times the distance, cut to a whole number; exact for whole coordinates, where floats could fall on the wrong
/// side of a tenth.
fn tenths(a: &Node, b: &Node) -> i64 {
    let (dx, dy) = (a.x - b.x, a.y - b.y);
    if dx.fract() == 0.0 && dy.fract() == 0.0 {
        #[expect(clippy::cast_possible_truncation, reason = "whole numbers up to 2e7")]
        let (dx, dy) = (dx as i64, dy as i64);
        (100 * (dx * dx + dy * dy)).isqrt()
    } else {
        #[expect(clippy::cast_possible_truncation, reason = "coordinates are limited to 1e7")]
        let cut = (10.0 * dx.hypot(dy) + 1e-9).floor() as i64;
        cut
    }
}
