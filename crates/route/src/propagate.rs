//! Carrying cost curves along a route, from both ends.
//!
//! Per number of breaks taken so far, `backward` curves say what everything from an arrival on costs, `forward`
//! curves (mirrored clock) what everything up to a departure cost. Both include breaks taken on the spot.

use journeyman_domain::{PlaceId, ShiftId, Stop, Time};
use journeyman_travel::Travel;
use smallvec::SmallVec;

use crate::curve::Curve;
use crate::model::{RouteModel, ShiftModel};

/// Curves by number of breaks taken; most shifts have one break.
pub(crate) type Curves = SmallVec<[Curve; 2]>;

/// What everything up to a point cost, as a function of the moment by which it must be done (mirrored clock).
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Forward(
    pub(crate) Curves,
    /** Left exactly then: a frozen departure does not wait. */ pub(crate) Option<i64>,
);

/// What everything from a point on costs, as a function of the moment of arrival there.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Backward(pub(crate) Curves);

impl RouteModel<'_> {
    /// At the start place, before departure: free from the start of the shift on, breaks taken meanwhile.
    fn at_start(shift: &ShiftModel) -> Curves {
        let mut curves: Curves = (0..=shift.breaks.len()).map(|_| Curve::infeasible()).collect();
        curves[0] = Curve::flat(-shift.start, 0);
        take_breaks_mirrored(shift, &mut curves);
        curves
    }

    /// Ready to drive off from the start place.
    pub fn forward_start(&self, shift: ShiftId) -> Forward {
        let shift = self.shift(shift);
        let mut curves = Self::at_start(shift);
        let (from, to) = shift.departures;
        for curve in &mut curves {
            if shift.presence == 0 {
                curve.gate(-to, -from);
            } else {
                // Presence is paid at the return and taken off at the departure, so leaving late pays.
                let price = (-to, -from, -shift.presence * to, shift.presence);
                *curve = curve.gate_priced([price].into_iter());
            }
        }
        Forward(curves, (shift.frozen.0 > 0).then_some(from))
    }

    /// From ready to leave `from` to ready to leave `stop`, breaks on either side of its service included.
    pub fn forward(&self, shift: ShiftId, from: PlaceId, before: &Forward, stop: Stop) -> Forward {
        let mut curves = before.0.clone();
        self.advance(shift, from, &mut curves, before.1, stop);
        Forward(curves, None)
    }

    /// The same in place; `departure`: left exactly then.
    pub(crate) fn advance(
        &self,
        shift: ShiftId,
        from: PlaceId,
        curves: &mut Curves,
        departure: Option<i64>,
        stop: Stop,
    ) {
        self.arrive(shift, (from, self.place_of(stop)), curves, departure);
        let (model, profile) = (self.shift(shift), self.stop_profile(shift, stop));
        take_breaks_mirrored(model, curves);
        let (duration, price) = (self.stop(stop).duration, self.stop_price(shift, stop));
        for curve in curves.iter_mut().filter(|curve| !curve.is_infeasible()) {
            profile.gate_mirrored(curve);
            curve.shift(duration, price);
        }
        take_breaks_mirrored(model, curves);
    }

    /// No departure before `moment`: the freeze.
    pub(crate) fn hold(before: &mut Curves, moment: i64) {
        for curve in before {
            curve.gate(i64::MIN / 2, -moment);
        }
    }

    /// From ready to leave `from` to arrived at `to`, before any break there.
    pub fn forward_arrival(&self, shift: ShiftId, from: PlaceId, before: &Forward, to: PlaceId) -> Forward {
        let mut curves = before.0.clone();
        self.arrive(shift, (from, to), &mut curves, before.1);
        Forward(curves, None)
    }

    /// From ready to leave one place to arrived at another, before any break there; `departure`: left exactly then.
    pub(crate) fn arrive(
        &self,
        shift: ShiftId,
        (from, to): (PlaceId, PlaceId),
        curves: &mut Curves,
        departure: Option<i64>,
    ) {
        let (model, travel) = (self.shift(shift), self.travel());
        let leg = travel.leg(from, to);
        let distance = model.distance * leg.distance.ticks();
        let fixed = match departure {
            Some(departure) => Some(travel.duration_at(from, to, Time::from_ticks(departure)).ticks()),
            None => travel.is_static().then(|| leg.duration.ticks()),
        };
        if let Some(duration) = fixed {
            for curve in curves {
                curve.shift(duration, model.driving * duration + distance);
            }
            return;
        }
        for curve in curves {
            let mut least = Curve::infeasible();
            for (first, last, duration) in steps(travel, from, to) {
                let mut step = curve.clone();
                step.gate(-last, -first);
                step.shift(duration, model.driving * duration + distance);
                least = least.min(&step);
            }
            *curve = least;
        }
    }

    /// Arrived back at the end place.
    pub fn backward_end(&self, shift: ShiftId) -> Backward {
        Backward(self.shift(shift).terminal.iter().cloned().collect())
    }

    /// From arrived at `to` to ready to leave `from`, breaks before driving included.
    pub(crate) fn backward_departure(
        &self,
        shift: ShiftId,
        from: PlaceId,
        to: PlaceId,
        after: &Backward,
    ) -> Backward {
        let mut curves = after.0.clone();
        self.depart(shift, (from, to), &mut curves);
        Backward(curves)
    }

    /// The same in place.
    fn depart(&self, shift: ShiftId, (from, to): (PlaceId, PlaceId), curves: &mut Curves) {
        let (model, travel) = (self.shift(shift), self.travel());
        let leg = travel.leg(from, to);
        let (duration, distance) = (leg.duration.ticks(), model.distance * leg.distance.ticks());
        if travel.is_static() {
            for curve in curves {
                curve.shift(duration, model.driving * duration + distance);
            }
            return;
        }
        for curve in curves {
            let mut least = Curve::infeasible();
            for (first, last, duration) in steps(travel, from, to) {
                let mut step = curve.clone();
                step.shift(duration, model.driving * duration + distance);
                step.gate(first, last);
                least = least.min(&step);
            }
            *curve = least;
        }
    }

    /// From ready to leave `stop` towards `to` back to arrived at `stop`, breaks on either side included.
    /// `hold`: no departure from the stop before this moment.
    pub(crate) fn retreat(
        &self,
        shift: ShiftId,
        stop: Stop,
        to: PlaceId,
        curves: &mut Curves,
        hold: Option<i64>,
    ) {
        self.depart(shift, (self.place_of(stop), to), curves);
        let (model, profile) = (self.shift(shift), self.stop_profile(shift, stop));
        if let Some(moment) = hold {
            curves.iter_mut().for_each(|curve| curve.gate(moment, i64::MAX / 2));
        }
        take_breaks(model, curves);
        let (duration, price) = (self.stop(stop).duration, self.stop_price(shift, stop));
        for curve in curves.iter_mut().filter(|curve| !curve.is_infeasible()) {
            curve.shift(duration, price);
            profile.gate(curve);
        }
        take_breaks(model, curves);
    }

    /// At the start place at the start of the shift: what the whole route costs, from its first arrival at `to`.
    pub(crate) fn backward_start(&self, shift: ShiftId, to: PlaceId, after: &Backward) -> Backward {
        let model = self.shift(shift);
        let Backward(mut curves) = self.backward_leaving(shift, to, after);
        let (from, last) = model.departures;
        for curve in &mut curves {
            let price = (from, last, -model.presence * from, -model.presence);
            *curve = curve.gate_priced([price].into_iter());
        }
        take_breaks(model, &mut curves);
        Backward(curves)
    }

    /// At the start place, the leg to `to` next, as a function of the departure.
    pub(crate) fn backward_leaving(&self, shift: ShiftId, to: PlaceId, after: &Backward) -> Backward {
        let model = self.shift(shift);
        if model.frozen.0 == 0 {
            return self.backward_departure(shift, model.start_place, to, after);
        }
        // A frozen departure does not wait for a quicker hour.
        let departure = Time::from_ticks(model.departures.0);
        let duration = self.travel().duration_at(model.start_place, to, departure).ticks();
        let distance = model.distance * self.travel().leg(model.start_place, to).distance.ticks();
        let mut curves = after.0.clone();
        for curve in &mut curves {
            curve.shift(duration, model.driving * duration + distance);
        }
        Backward(curves)
    }
}

/// (first departure, last departure, driving time) of each step of the speed profile.
pub(crate) fn steps(
    travel: &Travel,
    from: PlaceId,
    to: PlaceId,
) -> impl DoubleEndedIterator<Item = (i64, i64, i64)> + '_ {
    let steps = travel.steps();
    (0..steps.len()).map(move |at| {
        let first = if at == 0 { i64::MIN / 2 } else { steps[at].from.ticks() };
        let last = steps.get(at + 1).map_or(i64::MAX / 2, |next| next.from.ticks() - 1);
        (first, last, travel.duration_at(from, to, steps[at].from).ticks())
    })
}

/// Breaks may be taken here, one after another: the lesser of going on and of a break first.
pub(crate) fn take_breaks(shift: &ShiftModel, curves: &mut Curves) {
    for (taken, &(earliest, latest, duration)) in shift.breaks.iter().enumerate().rev() {
        let mut after = curves[taken + 1].clone();
        if after.is_infeasible() {
            continue;
        }
        after.shift(duration, 0);
        after.gate(earliest, latest);
        curves[taken] = curves[taken].min(&after);
    }
}

/// The same on the mirrored clock.
fn take_breaks_mirrored(shift: &ShiftModel, curves: &mut Curves) {
    for (taken, &(earliest, latest, duration)) in shift.breaks.iter().enumerate() {
        let mut before = curves[taken].clone();
        if before.is_infeasible() {
            continue;
        }
        before.gate(-latest, -earliest);
        before.shift(duration, 0);
        curves[taken + 1] = curves[taken + 1].min(&before);
    }
}
