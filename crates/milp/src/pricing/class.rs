//! Shifts that differ in nothing a route can show, and what they may serve: priced once for all of them.

use journeyman_domain::{Cost, ShiftId, Stop, VisitId};
use journeyman_eligibility::Eligibility;
use journeyman_route::{Forward, Route, RouteModel, ServiceProfile};

use super::cargo::Cargo;

/// Which clock is exact for the routes of a class.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// [`super::clock::Steps`], one more than there are breaks.
    Steps(usize),
    /// [`super::clock::Ramp`].
    Ramp,
    /// [`super::clock::Curves`].
    Curves,
}

/// Interchangeable shifts with the visits that they may serve.
pub(crate) struct ShiftClass {
    /// Its position among the classes.
    pub(super) number: usize,
    /// The shifts, in order; the first stands for all.
    pub(crate) shifts: Vec<ShiftId>,
    /// What they may serve besides frozen stops, in order.
    pub(crate) visits: Vec<VisitId>,
    /// The cost of doing no more than what is frozen; zero where nothing is.
    pub(crate) idle_cost: Cost,
    /// The frozen stops.
    pub(crate) frozen: Vec<Stop>,
    pub(super) kind: Kind,
    pub(super) cargo: Cargo,
    /// Ready to leave after the frozen stops.
    pub(super) ready: Forward,
}

impl ShiftClass {
    /// The classes of `shifts`, each with those of `visits` (sorted) that it may serve; the shift whose frozen stops do
    /// not fit, if any. O(shifts² + shifts × visits).
    pub(crate) fn all(
        model: &RouteModel<'_>,
        eligibility: &Eligibility,
        (shifts, visits): (&[ShiftId], &[VisitId]),
    ) -> Result<Vec<Self>, ShiftId> {
        let mut classes: Vec<Self> = Vec::new();
        for &shift in shifts {
            let may = |visit: &VisitId| {
                eligibility.allows(shift, *visit) && !model.profile(shift, *visit).is_closed()
            };
            let visits: Vec<VisitId> = visits.iter().copied().filter(may).collect();
            let same = |class: &&mut Self| {
                class.visits == visits && model.are_alike(class.shifts[0], shift, &visits)
            };
            if let Some(class) = classes.iter_mut().find(same) {
                class.shifts.push(shift);
                continue;
            }
            let idle = Route::empty(model, shift).ok_or(shift)?;
            classes.push(Self {
                number: classes.len(),
                shifts: vec![shift],
                idle_cost: idle.cost(),
                frozen: idle.stops().to_vec(),
                kind: kind(model, shift, &visits),
                cargo: Cargo::of(model, shift, &visits),
                ready: idle.end(model),
                visits,
            });
        }
        Ok(classes)
    }

    /// How many shifts.
    pub(crate) fn count(&self) -> i64 {
        i64::try_from(self.shifts.len()).expect("shifts are limited far below 2^63")
    }
}

fn kind(model: &RouteModel<'_>, shift: ShiftId, visits: &[VisitId]) -> Kind {
    let timing = model.timing(shift);
    if model.frozen_len(shift) > 0 || !model.travel().is_static() {
        return Kind::Curves;
    }
    let stops = || {
        let pickups = model.pickups().map(Stop::Pickup);
        visits.iter().copied().map(Stop::Visit).chain(pickups).map(|stop| model.stop_profile(shift, stop))
    };
    let breaks = timing.breaks().len();
    if timing.presence() != 0 {
        let plain = breaks == 0 && stops().all(|profile| profile.single().is_some());
        return if plain { Kind::Ramp } else { Kind::Curves };
    }
    if (breaks == 0 && stops().all(never_falls)) || (breaks <= 2 && stops().all(is_free)) {
        return Kind::Steps(breaks + 1);
    }
    Kind::Curves
}

fn is_free(profile: &ServiceProfile) -> bool {
    profile.pieces().iter().all(|piece| piece.price == Cost::ZERO && piece.rise == 0)
}

/// Whether a later start never costs less.
fn never_falls(profile: &ServiceProfile) -> bool {
    let ends = profile.pieces().iter().map(|piece| {
        let last = piece.price.micros() + piece.rise * (piece.to - piece.from).ticks();
        (piece.price.micros(), last)
    });
    let mut highest = i64::MIN;
    ends.into_iter().all(|(first, last)| {
        let holds = highest <= first && first <= last;
        highest = last;
        holds
    })
}
