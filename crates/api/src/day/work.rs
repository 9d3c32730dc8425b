//! Work orders with their visits, and warehouses.

use journeyman_domain::{Cost, Pickup, Priority, Promise, StockEntry, StockQuantity, Time, Unserved, Visit};

use super::people::{labels, license_class, parts};
use super::{Words, default_penalty, preference_missed, span};
use crate::wire;

/// Work orders in order, each with its visits.
pub(super) fn work_orders(say: &Words<'_>) -> Vec<wire::WorkOrder> {
    let mut orders: Vec<wire::WorkOrder> = say
        .problem
        .work_orders
        .iter()
        .map(|label| wire::WorkOrder { id: label.clone(), ..wire::WorkOrder::default() })
        .collect();
    let shared = Shared {
        is_known: super::knows_its_card(say.problem),
        penalty: default_penalty(say.problem),
        preference_missed: preference_missed(say.problem),
    };
    for visit in &say.problem.visits {
        let order = &mut orders[visit.work_order.index()];
        if let Some(priority) = visit.card.penalty.filter(|&priority| priority != Priority::Normal) {
            order.priority = self::priority(priority).into();
        }
        order.visits.push(self::visit(say, visit, &shared));
    }
    // Of an order that was cancelled the day knows the id only.
    orders.retain(|order| !order.visits.is_empty());
    orders
}

/// How urgent, in the contract's words.
pub(super) fn priority(priority: Priority) -> wire::Priority {
    match priority {
        Priority::Low => wire::Priority::Low,
        Priority::Normal => wire::Priority::Normal,
        Priority::High => wire::Priority::High,
        Priority::Emergency => wire::Priority::Emergency,
    }
}

/// Where parts and tools are fetched.
pub(super) fn warehouse(say: &Words<'_>, pickup: &Pickup) -> wire::Warehouse {
    let shelf = |entry: &StockEntry| wire::WarehouseStock {
        sku: say.problem.sku_name(entry.sku).to_owned(),
        available_time: (entry.available_from > Time::MIN).then(|| say.instant(entry.available_from)),
        amount: Some(match entry.quantity {
            StockQuantity::Unlimited => wire::warehouse_stock::Amount::Unlimited(true),
            StockQuantity::Limited(pieces) => wire::warehouse_stock::Amount::Quantity(i64::from(pieces)),
        }),
    };
    wire::Warehouse {
        id: pickup.label.clone(),
        place_id: say.place(pickup.place),
        service_duration: Some(span(pickup.duration)),
        stock: pickup.stock.iter().map(shelf).collect(),
        tools: pickup.tools.iter().map(|tool| say.problem.tool_name(*tool).to_owned()).collect(),
        time_windows: say.windows(&pickup.windows),
    }
}

/// Prices that stand in the rate card.
struct Shared {
    /// Whether visits know what of theirs stands there; else what equals it is taken for it.
    is_known: bool,
    penalty: Option<i64>,
    preference_missed: Option<Cost>,
}

fn visit(say: &Words<'_>, visit: &Visit, shared: &Shared) -> wire::Visit {
    let problem = say.problem;
    let requirement = &visit.requirement;
    // The rate card has the first visit's.
    let first = problem.visits.first();
    let differs = [
        first.is_none_or(|first| first.lateness != visit.lateness),
        shared.preference_missed != Some(visit.preference_missed),
        super::own_penalty(visit) != shared.penalty,
    ];
    let card = [visit.card.lateness, visit.card.preference_missed, visit.card.penalty.is_some()];
    let [lateness, preference, penalty] = if shared.is_known { card.map(|card| !card) } else { differs };
    let skill = |skill: &journeyman_domain::SkillLevel| wire::SkillRequirement {
        skill: problem.skill_name(skill.skill).to_owned(),
        level_min: (skill.level != 1).then_some(i32::from(skill.level)),
    };
    wire::Visit {
        id: visit.label.clone(),
        place_id: say.place(visit.place),
        jurisdiction_id: visit
            .jurisdiction
            .map(|id| problem.jurisdiction(id).label.clone())
            .unwrap_or_default(),
        setup_duration: None,
        service_duration: Some(span(visit.duration)),
        duration_spread: visit.duration_spread.map(span),
        time_windows: say.windows(&visit.windows),
        soft_end_time: visit.soft_end.map(|time| say.instant(time)),
        late_minute_micros: lateness.then(|| visit.lateness.micros() * 60),
        license_class_min: requirement.license.map_or(wire::LicenseClass::Unspecified, license_class).into(),
        endorsements: requirement
            .endorsements
            .iter()
            .map(|id| problem.endorsement_name(*id).to_owned())
            .collect(),
        skills: requirement.skills.iter().map(skill).collect(),
        tools: requirement.tools.iter().map(|id| problem.tool_name(*id).to_owned()).collect(),
        vehicle_features: requirement
            .features
            .iter()
            .map(|id| problem.feature_name(*id).to_owned())
            .collect(),
        parts: parts(say, &requirement.parts),
        load: requirement.load,
        permit_ids: visit.permits.iter().map(|id| problem.permit(*id).label.clone()).collect(),
        mandatory: visit.unserved == Unserved::Mandatory,
        penalty_micros: super::own_penalty(visit).filter(|_| penalty),
        preferred_technician_ids: labels(say, &visit.preferred),
        excluded_technician_ids: labels(say, &visit.excluded),
        allowed_technician_ids: labels(say, &visit.allowed),
        crew_size: (visit.crew_size != 1).then_some(i32::from(visit.crew_size)),
        supervision: visit.supervision.map(|supervision| wire::Supervision {
            supervisor_class_min: license_class(supervision.class).into(),
            supervised_max: None,
        }),
        dependencies: Vec::new(),
        promise: visit.promise.as_ref().map(|promise| self::promise(say, promise)),
        preference_miss_micros: (preference && !visit.preferred.is_empty())
            .then(|| visit.preference_missed.micros()),
    }
}

fn promise(say: &Words<'_>, promise: &Promise) -> wire::Promise {
    let technician = promise.technician.map(|id| say.problem.technician(id).label.clone());
    wire::Promise {
        window: Some(say.window(promise.window)),
        technician_id: technician.unwrap_or_default(),
        announced: promise.announced,
    }
}
