//! Tools and parts for one visit alone: from the van, or from the van and one pickup.

use journeyman_domain::{
    Ineligibility, PartDemand, Pickup, Problem, ShiftId, StockQuantity, ToolId, VisitId,
};

/// What keeps a visit from being supplied on a shift; nothing when the van, or the van with some pickup before the
/// visit, has everything at once.
pub(crate) fn shortages(problem: &Problem, shift: ShiftId, visit: VisitId) -> Vec<Ineligibility> {
    let requirement = &problem.visit(visit).requirement;
    if requirement.tools.is_empty() && requirement.parts.is_empty() {
        return Vec::new();
    }
    let options: Vec<Option<&Pickup>> =
        std::iter::once(None).chain(problem.pickups.iter().map(Some)).collect();
    let lacks_tool = |option: &Option<&Pickup>, tool: ToolId| !has_tool(problem, shift, *option, tool);
    let lacks_part = |option: &Option<&Pickup>, part: PartDemand| !has_part(problem, shift, *option, part);
    let tools = |lacking: &dyn Fn(ToolId) -> bool| -> Vec<Ineligibility> {
        let tools = requirement.tools.iter().copied().filter(|&tool| lacking(tool));
        tools.map(Ineligibility::MissingTool).collect()
    };
    let parts = |lacking: &dyn Fn(PartDemand) -> bool| -> Vec<Ineligibility> {
        let parts = requirement.parts.iter().copied().filter(|&part| lacking(part));
        parts.map(|part| Ineligibility::MissingPart(part.sku)).collect()
    };
    // What nobody has.
    let nowhere = [
        tools(&|tool| options.iter().all(|option| lacks_tool(option, tool))),
        parts(&|part| options.iter().all(|option| lacks_part(option, part))),
    ]
    .concat();
    if !nowhere.is_empty() {
        return nowhere;
    }
    // Everything is somewhere, but a route stops at one pickup only: what the best choice lacks.
    let lacking_with = |option: &Option<&Pickup>| {
        [tools(&|tool| lacks_tool(option, tool)), parts(&|part| lacks_part(option, part))].concat()
    };
    options.iter().map(lacking_with).min_by_key(Vec::len).unwrap_or_default()
}

/// Whether there are no [`shortages`].
pub(crate) fn is_supplied(problem: &Problem, shift: ShiftId, visit: VisitId) -> bool {
    let requirement = &problem.visit(visit).requirement;
    let by = |option: Option<&Pickup>| {
        requirement.tools.iter().all(|&tool| has_tool(problem, shift, option, tool))
            && requirement.parts.iter().all(|&part| has_part(problem, shift, option, part))
    };
    by(None) || problem.pickups.iter().any(|pickup| by(Some(pickup)))
}

fn has_tool(problem: &Problem, shift: ShiftId, pickup: Option<&Pickup>, tool: ToolId) -> bool {
    problem.technician_of(shift).van.tools.binary_search(&tool).is_ok()
        || pickup.is_some_and(|pickup| pickup.tools.binary_search(&tool).is_ok())
}

fn has_part(problem: &Problem, shift: ShiftId, pickup: Option<&Pickup>, part: PartDemand) -> bool {
    let start = problem.shift(shift).stocked_at();
    // Behind a pickup that stocks the part it is drawn there, even if the van has more.
    match pickup.and_then(|pickup| pickup.available(part.sku, start)) {
        Some(StockQuantity::Unlimited) => true,
        Some(StockQuantity::Limited(held)) => held >= part.quantity,
        None => problem.technician_of(shift).van.stock_of(part.sku) >= part.quantity,
    }
}
