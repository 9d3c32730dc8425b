//! A part of a day as column generation sees it: classes of shifts, the visits that have a row, and the money that no
//! choice among them changes.

use journeyman_domain::{Cost, Problem, ShiftId, Stop, VisitId};
use journeyman_eligibility::Eligibility;
use journeyman_route::RouteModel;

use crate::pricing::{Fine, ShiftClass, Terrain};

/// Shifts and visits to be planned together; the whole day, or a part of it.
pub(crate) struct Scope<'m> {
    pub(crate) model: &'m RouteModel<'m>,
    pub(crate) classes: Vec<ShiftClass>,
    pub(crate) terrain: Terrain,
    /// Visits that some class may serve: the rows of the master.
    pub(crate) visits: Vec<VisitId>,
    /// Visits that no class may serve.
    out_of_reach: Vec<VisitId>,
    /// Dense over the problem.
    row_of: Vec<Option<u32>>,
    /// Dense over the problem.
    class_of: Vec<Option<usize>>,
    pub(crate) fine: Fine,
    /// Every cost is a whole number of these micro-dollars.
    pub(crate) lattice: i64,
    /// Penalties of optional visits that no class may serve.
    pub(crate) constant: Cost,
    /// How many of the mandatory visits with a row a plan may leave unserved and still be compared by money.
    pub(crate) excused: u32,
}

impl<'m> Scope<'m> {
    /// Of some shifts and visits (sorted). `mandatory_bound`: proved for every plan of just these. The shift whose
    /// frozen stops do not fit, if any.
    pub(crate) fn of(
        model: &'m RouteModel<'m>,
        eligibility: &Eligibility,
        (shifts, visits): (&[ShiftId], &[VisitId]),
        mandatory_bound: u32,
    ) -> Result<Self, ShiftId> {
        let problem = model.problem();
        let mut frozen = vec![false; problem.visits.len()];
        for stop in problem.shifts.iter().filter_map(|shift| shift.frozen.as_ref()).flat_map(|f| &f.stops) {
            if let Stop::Visit(visit) = stop {
                frozen[visit.index()] = true;
            }
        }
        let free: Vec<VisitId> = visits.iter().copied().filter(|visit| !frozen[visit.index()]).collect();
        let classes = ShiftClass::all(model, eligibility, (shifts, &free))?;
        let mut row_of = vec![None; problem.visits.len()];
        classes.iter().flat_map(|class| &class.visits).for_each(|visit| row_of[visit.index()] = Some(0));
        let (mut rows, mut constant, mut nobodys) = (Vec::new(), Cost::ZERO, Vec::new());
        for visit in free {
            match &mut row_of[visit.index()] {
                Some(row) => {
                    *row = u32::try_from(rows.len()).expect("visits are limited far below 2^32");
                    rows.push(visit);
                }
                None => {
                    constant += problem.visit(visit).penalty();
                    nobodys.push(visit);
                }
            }
        }
        let mut class_of = vec![None; problem.shifts.len()];
        for (at, class) in classes.iter().enumerate() {
            class.shifts.iter().for_each(|shift| class_of[shift.index()] = Some(at));
        }
        Ok(Self {
            fine: Fine::for_sums_of(most_money(model, shifts, &rows)),
            lattice: lattice(model, shifts, visits),
            terrain: Terrain::of(model, shifts, &rows),
            excused: mandatory_bound.saturating_sub(count(problem, &nobodys)),
            out_of_reach: nobodys,
            model,
            classes,
            visits: rows,
            row_of,
            class_of,
            constant,
        })
    }

    /// Visits that no class may serve.
    pub(crate) fn out_of_reach(&self) -> impl Iterator<Item = VisitId> + '_ {
        self.out_of_reach.iter().copied()
    }

    /// The row of a visit.
    #[inline]
    pub(crate) fn row(&self, visit: VisitId) -> Option<u32> {
        self.row_of[visit.index()]
    }

    /// The row of a class.
    pub(crate) fn class_row(&self, class: usize) -> u32 {
        u32::try_from(self.visits.len() + class).expect("rows are limited far below 2^32")
    }

    /// The class of a shift.
    pub(crate) fn class_of(&self, shift: ShiftId) -> Option<usize> {
        self.class_of[shift.index()]
    }

    /// Whether the visit of a row is mandatory.
    pub(crate) fn is_mandatory(&self, row: usize) -> bool {
        self.model.problem().visit(self.visits[row]).is_mandatory()
    }

    /// Micro-dollars for leaving the visit of a row unserved; zero for mandatory ones.
    pub(crate) fn penalty(&self, row: usize) -> i64 {
        self.model.problem().visit(self.visits[row]).penalty().micros()
    }

    /// The least money of plans that is not below a number of fine money, constants included.
    pub(crate) fn money_from(&self, fine: i64) -> Cost {
        let total = self.fine.ceil(fine) + self.constant.micros();
        Cost::from_micros(
            total.div_euclid(self.lattice) * self.lattice
                + if total.rem_euclid(self.lattice) > 0 { self.lattice } else { 0 },
        )
    }
}

/// How many of some visits are mandatory.
fn count(problem: &Problem, visits: &[VisitId]) -> u32 {
    let mandatory = visits.iter().filter(|&&visit| problem.visit(visit).is_mandatory()).count();
    u32::try_from(mandatory).expect("visits are limited far below 2^32")
}

/// More than any sum of penalties and routes that is met on the way.
fn most_money(model: &RouteModel<'_>, shifts: &[ShiftId], visits: &[VisitId]) -> i64 {
    let problem = model.problem();
    let penalties: i64 = visits.iter().map(|&visit| problem.visit(visit).penalty().micros()).sum();
    let routes = shifts.iter().map(|&shift| {
        let (noun, timing) = (problem.shift(shift), model.timing(shift));
        let span = noun.window.end.ticks().abs().max(noun.window.start.ticks().abs());
        let legs = visits.iter().map(|&visit| {
            let place = model.place_of(Stop::Visit(visit));
            model.travel().leg(timing.start_place(), place).distance.ticks()
                + model.travel().leg(place, timing.end_place()).distance.ticks()
        });
        let far = legs.max().unwrap_or(0).saturating_mul(timing.distance());
        let paid = (timing.driving() + timing.presence() + noun.rates.overtime.micros()).saturating_mul(span);
        paid.saturating_add(far.saturating_mul(64)).saturating_add(noun.rates.used.micros())
    });
    // Prices of mandatory visits are capped at four times the dearest route; see the restricted master.
    let dearest = routes.max().unwrap_or(0);
    penalties.saturating_add(dearest.saturating_mul(32)).clamp(1, i64::MAX / 64)
}

/// The greatest number of micro-dollars that divides every term of the objective.
fn lattice(model: &RouteModel<'_>, shifts: &[ShiftId], visits: &[VisitId]) -> i64 {
    let problem = model.problem();
    let rates = &problem.rates;
    let of_shift = shifts.iter().flat_map(|&shift| {
        let rates = problem.shift(shift).rates;
        [rates.time.micros(), rates.distance.micros(), rates.overtime.micros(), rates.used.micros()]
    });
    let of_visit = visits.iter().flat_map(|&visit| {
        let noun = problem.visit(visit);
        let promise = if let Some(promise) = &noun.promise {
            [
                problem.move_price(promise).micros(),
                rates.promise_late.micros(),
                rates.technician_swapped.micros(),
                rates.announced_swap.micros(),
                rates.day_changed.micros(),
            ]
        } else {
            [0; 5]
        };
        [noun.penalty().micros(), noun.lateness.micros(), noun.preference_missed.micros()]
            .into_iter()
            .chain(promise)
    });
    of_shift.chain(of_visit).fold(0, gcd).max(1)
}

fn gcd(a: i64, b: i64) -> i64 {
    let (mut a, mut b) = (a.abs(), b.abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}
