//! Putting a visit into a route together with the pickup that it needs.

use journeyman_domain::{Cost, PickupId, Stop, VisitId};

use crate::flank::Flank;
use crate::gap::Gap;
use crate::{Insertion, Inventory, Route, RouteModel};

impl Route {
    /// Whether any pickup has a tool or part that the visit asks for.
    pub(crate) fn pickup_could_help(&self, model: &RouteModel<'_>, visit: VisitId) -> bool {
        model.pickups().any(|pickup| supplies(model, pickup, visit))
    }

    /// The cheapest way to add a pickup and, after it, the visit, if it costs less than `limit`.
    pub(crate) fn best_insertion_with_pickup(
        &self,
        model: &RouteModel<'_>,
        visit: VisitId,
        limit: Cost,
    ) -> Option<Insertion> {
        let mut best: Option<Insertion> = None;
        for pickup in model.pickups().filter(|&pickup| supplies(model, pickup, visit)) {
            for at in model.frozen_len(self.shift)..=self.stops.len() {
                let bar = best.map_or(limit, |best| best.delta);
                best = self.best_after_pickup(model, visit, (at, pickup), bar).or(best);
            }
        }
        best
    }

    /// The same with the pickup at a given position.
    fn best_after_pickup(
        &self,
        model: &RouteModel<'_>,
        visit: VisitId,
        (at, pickup): (usize, PickupId),
        limit: Cost,
    ) -> Option<Insertion> {
        let mut best: Option<Insertion> = None;
        let mut place = self.place_before(model, at);
        let mut curves = self.before(at).to_curves();
        let mut stop = Stop::Pickup(pickup);
        let mut departure = self.departure(model, at);
        let mut done = Flank::default();
        for position in at..=self.stops.len() {
            model.advance(self.shift, place, &mut curves, departure.take(), stop);
            place = model.place_of(stop);
            done.truncate(0);
            done.push(&curves);
            let before = done.point(0);
            if -before.mark.end > self.after(position).mark.end {
                break;
            }
            let bar = best.map_or(limit, |best| best.delta);
            let gap = Gap {
                shift: self.shift,
                from: place,
                to: self.place_after(model, position),
                before,
                departure: None,
                after: self.after(position),
            };
            if let Some(cost) = gap.cost_with(model, visit, self.cost() + bar) {
                let delta = cost - self.cost();
                if delta < bar && self.carries(model, (at, pickup), position, visit) {
                    let position = position + 1;
                    best = Some(Insertion {
                        visit,
                        shift: self.shift,
                        position,
                        pickup: Some((at, pickup)),
                        delta,
                    });
                }
            }
            let Some(&next) = self.stops.get(position) else { break };
            stop = next;
        }
        best
    }

    fn carries(
        &self,
        model: &RouteModel<'_>,
        (at, pickup): (usize, PickupId),
        position: usize,
        visit: VisitId,
    ) -> bool {
        let mut stops = self.stops.clone();
        stops.insert(position, Stop::Visit(visit));
        stops.insert(at, Stop::Pickup(pickup));
        Inventory::of(model, self.shift, &stops).is_some()
    }
}

/// Whether a pickup lends a tool or stocks a part that the visit asks for.
fn supplies(model: &RouteModel<'_>, pickup: PickupId, visit: VisitId) -> bool {
    let pickup = model.problem().pickup(pickup);
    let requirement = &model.problem().visit(visit).requirement;
    requirement.tools.iter().any(|tool| pickup.tools.binary_search(tool).is_ok())
        || requirement.parts.iter().any(|demand| pickup.stock.iter().any(|entry| entry.sku == demand.sku))
}
