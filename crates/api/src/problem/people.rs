//! Reads technicians, their licenses, vans and shifts.

use journeyman_domain::{
    Break, EndorsementId, FeatureId, JurisdictionId, License, LicenseClass, PIECES_MAX, PartDemand, PlaceId,
    Shift, SkillId, SkillLevel, SkuId, Technician, TechnicianId, Time, TimeWindow, ToolId, Van,
};

use super::Context;
use super::clock::{duration, shown};
use super::enums::needed_license_class;
use super::labels::{Labels, sorted_once};
use super::rates::shift_card;
use crate::limits::Limits;
use crate::violation::{Field, ViolationCode};
use crate::wire;

/// Learns the ids of all shifts.
pub(super) fn shift_ids<'a>(problem: &'a wire::Problem, limits: &Limits, at: &Field<'_>) -> Labels<'a> {
    let places: Vec<(usize, usize)> = problem
        .technicians
        .iter()
        .enumerate()
        .flat_map(|(t, technician)| (0..technician.shifts.len()).map(move |s| (t, s)))
        .collect();
    let labels = problem.technicians.iter().flat_map(|technician| &technician.shifts).map(|s| s.id.as_str());
    Labels::learn("shift", labels, limits, |position, code, text| {
        let (t, s) = places[position];
        at.entry("technicians", t).entry("shifts", s).field("id").refuse(code, text);
    })
}

/// Technicians and, in their order, all shifts.
pub(super) fn read(
    cx: &Context<'_>,
    problem: &wire::Problem,
    at: &Field<'_>,
) -> (Vec<Technician>, Vec<Shift>) {
    let mut technicians = Vec::with_capacity(problem.technicians.len());
    let mut shifts = Vec::new();
    for (index, technician) in problem.technicians.iter().enumerate() {
        let entry = at.entry("technicians", index);
        technicians.push(read_technician(cx, technician, &entry));
        let mut windows = Vec::with_capacity(technician.shifts.len());
        for (s, shift) in technician.shifts.iter().enumerate() {
            let shift_at = entry.entry("shifts", s);
            let window = read_shift_window(cx, shift, &shift_at);
            windows.extend(window.map(|window| (window, s)));
            let whose = (TechnicianId::new(index), technician.home_place_id.as_str());
            shifts.push(read_shift(cx, shift, whose, window.unwrap_or(cx.clock.horizon_window()), &shift_at));
        }
        refuse_overlaps(windows, &technician.shifts, &entry);
    }
    (technicians, shifts)
}

pub(super) fn read_technician(cx: &Context<'_>, technician: &wire::Technician, at: &Field<'_>) -> Technician {
    let name_at = at.field("display_name");
    name_at.short_enough(&technician.display_name, cx.limits.text_bytes);
    let name = if technician.display_name.is_empty() { &technician.id } else { &technician.display_name };
    if !technician.home_place_id.is_empty() {
        cx.places.find(&at.field("home_place_id"), &technician.home_place_id);
    }
    let list = |name, entries| at.field(name).at_most(entries, cx.limits.list_entries);
    let licenses = if list("licenses", technician.licenses.len()) { &technician.licenses[..] } else { &[] };
    let skills = if list("skills", technician.skills.len()) { &technician.skills[..] } else { &[] };
    let skill = |(index, skill): (usize, &wire::Skill)| {
        let entry = at.entry("skills", index);
        Some((read_skill(cx, &entry, &skill.skill, ("level", skill.level))?, index))
    };
    let skills = skills.iter().enumerate().filter_map(skill).collect();
    Technician {
        label: technician.id.clone(),
        name: name.clone(),
        licenses: licenses
            .iter()
            .enumerate()
            .filter_map(|(i, license)| read_license(cx, license, &at.entry("licenses", i)))
            .collect(),
        skills: sorted_once(&at.field("skills"), skills, |skill| skill.skill),
        van: technician.van.as_ref().map_or_else(Van::default, |van| read_van(cx, van, &at.field("van"))),
    }
}

/// A skill with its level, 1 where none is given.
pub(super) fn read_skill(
    cx: &Context<'_>,
    at: &Field<'_>,
    skill: &str,
    (level_name, level): (&'static str, Option<i32>),
) -> Option<SkillLevel> {
    let id = cx.words.skills.find(&at.field("skill"), skill, cx.limits);
    let level = at.field(level_name).within(i64::from(level.unwrap_or(1)), 1, 100);
    Some(SkillLevel { skill: SkillId::new(id?), level: u8::try_from(level?).ok()? })
}

fn read_license(cx: &Context<'_>, license: &wire::License, at: &Field<'_>) -> Option<License> {
    at.field("number").short_enough(&license.number, cx.limits.text_bytes);
    let class = needed_license_class(&at.field("license_class"), license.license_class);
    let jurisdiction = cx.jurisdictions.find(&at.field("jurisdiction_id"), &license.jurisdiction_id);
    let endorsements =
        cx.words.endorsements.find_all(&at.field("endorsements"), &license.endorsements, cx.limits);
    let validity = cx.clock.validity(
        &at.field("valid_from"),
        &license.valid_from,
        &at.field("valid_until"),
        &license.valid_until,
    );
    Some(License {
        class: class.unwrap_or(LicenseClass::Apprentice),
        jurisdiction: JurisdictionId::new(jurisdiction?),
        endorsements: endorsements.into_iter().map(EndorsementId::new).collect(),
        number: license.number.clone(),
        validity,
    })
}

fn read_van(cx: &Context<'_>, van: &wire::Van, at: &Field<'_>) -> Van {
    let tools = cx.words.tools.find_all(&at.field("tools"), &van.tools, cx.limits);
    let features = cx.words.features.find_all(&at.field("features"), &van.features, cx.limits);
    let capacity_at = at.field("load_capacity");
    Van {
        tools: tools.into_iter().map(ToolId::new).collect(),
        features: features.into_iter().map(FeatureId::new).collect(),
        stock: read_parts(cx, (&van.stock, PIECES_MAX), &at.field("stock")),
        load_capacity: van.load_capacity.and_then(|load| capacity_at.within(load, 0, LOAD_MAX)),
    }
}

/// Loads add up over the visits of a day without overflow.
pub(super) const LOAD_MAX: i64 = 1_000_000_000_000;

/// Most pieces of one part that a visit asks for: they add up over the visits of a day inside 32 bits.
pub(super) const DEMAND_MAX: u32 = 100_000;

/// Parts, sorted by name, one entry each.
pub(super) fn read_parts(
    cx: &Context<'_>,
    (parts, most): (&[wire::PartQuantity], u32),
    at: &Field<'_>,
) -> Vec<PartDemand> {
    if !at.at_most(parts.len(), cx.limits.list_entries) {
        return Vec::new();
    }
    let read = |(index, part): (usize, &wire::PartQuantity)| {
        let entry = at.index(index);
        let sku = cx.words.skus.find(&entry.field("sku"), &part.sku, cx.limits);
        let quantity = entry.field("quantity").within(part.quantity, 1, i64::from(most));
        Some((PartDemand { sku: SkuId::new(sku?), quantity: u32::try_from(quantity?).ok()? }, index))
    };
    sorted_once(at, parts.iter().enumerate().filter_map(read).collect(), |part| part.sku)
}

pub(super) fn read_shift(
    cx: &Context<'_>,
    shift: &wire::Shift,
    (technician, home): (TechnicianId, &str),
    window: TimeWindow,
    at: &Field<'_>,
) -> Shift {
    let place = |name, own: &str| {
        let label = if own.is_empty() { home } else { own };
        if label.is_empty() {
            at.field(name).refuse(ViolationCode::Required, "needed, because the technician has no home");
            return PlaceId::new(0);
        }
        // A home that is not known was refused at the technician.
        let found = if own.is_empty() { cx.places.get(home) } else { cx.places.find(&at.field(name), own) };
        PlaceId::new(found.unwrap_or(0))
    };
    let soft_end_at = at.field("soft_end_time");
    let soft_end = cx.clock.instant(&soft_end_at, shift.soft_end_time).unwrap_or(window.end);
    if !window.contains(soft_end) {
        soft_end_at.refuse(ViolationCode::OutsideShift, "is not between the shift's start and end");
    }
    let visits_max =
        shift.visits_max.and_then(|max| at.field("visits_max").within(i64::from(max), 1, 1_000_000));
    Shift {
        label: shift.id.clone(),
        technician,
        day: cx.clock.day_of(window.start),
        start_place: place("start_place_id", &shift.start_place_id),
        end_place: place("end_place_id", &shift.end_place_id),
        window,
        soft_end,
        breaks: read_breaks(cx, &shift.breaks, window, at),
        visits_max: visits_max.and_then(|max| u32::try_from(max).ok()),
        rates: cx.prices.of_shift(shift.rates.as_ref(), cx.limits, &at.field("rates")),
        card: shift_card(shift.rates.as_ref()),
        out: shift.out,
        frozen: None,
    }
}

/// Earliest departure to latest return, inside the horizon.
pub(super) fn read_shift_window(cx: &Context<'_>, shift: &wire::Shift, at: &Field<'_>) -> Option<TimeWindow> {
    let (start_at, end_at) = (at.field("start_time"), at.field("end_time"));
    let start = cx.clock.needed(&start_at, shift.start_time);
    let end = cx.clock.needed(&end_at, shift.end_time);
    if start.is_some_and(|start| start < Time::ZERO) {
        start_at.refuse(ViolationCode::OutsideHorizon, "lies before the horizon's start");
    }
    if end.is_some_and(|end| end > cx.clock.end()) {
        end_at.refuse(ViolationCode::OutsideHorizon, "lies after the horizon's end");
    }
    let (start, end) = (start?, end?);
    let window = TimeWindow::new(start, end);
    if window.is_none() {
        end_at.refuse(ViolationCode::EndBeforeStart, "the shift ends before it starts");
    }
    window
}

/// Breaks in the order of the list, which is the order in which they are taken and that of their times. Each fits
/// into its shift whenever it starts; whether a route has time for it is no question of input.
fn read_breaks(cx: &Context<'_>, breaks: &[wire::Break], shift: TimeWindow, at: &Field<'_>) -> Vec<Break> {
    if !at.field("breaks").at_most(breaks.len(), cx.limits.breaks) {
        return Vec::new();
    }
    Labels::learn("break", breaks.iter().map(|pause| pause.id.as_str()), cx.limits, |index, code, text| {
        at.entry("breaks", index).field("id").refuse(code, text);
    });
    let mut read: Vec<Break> = Vec::with_capacity(breaks.len());
    for (index, pause) in breaks.iter().enumerate() {
        let entry = at.entry("breaks", index);
        let Some(pause) = read_break(cx, pause, &entry) else { continue };
        if refuse_outside(&pause, shift, &entry) {
            continue;
        }
        if let Some(before) = read.last() {
            refuse_disorder(before, &pause, &entry);
        }
        read.push(pause);
    }
    read
}

/// Refuses a break that can start before its shift or end after it; true when it did.
fn refuse_outside(pause: &Break, shift: TimeWindow, at: &Field<'_>) -> bool {
    let early = pause.start.start < shift.start;
    let late = pause.start.end + pause.duration > shift.end;
    if early {
        at.field("earliest_start_time")
            .refuse(ViolationCode::OutsideShift, "the break can start before its shift");
    }
    if late {
        at.field("latest_start_time")
            .refuse(ViolationCode::OutsideShift, "a break that starts then ends after its shift");
    }
    early || late
}

fn refuse_disorder(before: &Break, pause: &Break, at: &Field<'_>) {
    let refuse = |name, what: &str| {
        let text = format_args!(
            "lies before the {what} start of {:?}; breaks are listed in the order of their times",
            shown(&before.label)
        );
        at.field(name).refuse(ViolationCode::Unordered, text);
    };
    if pause.start.start < before.start.start {
        refuse("earliest_start_time", "earliest");
    }
    if pause.start.end < before.start.end {
        refuse("latest_start_time", "latest");
    }
}

fn read_break(cx: &Context<'_>, pause: &wire::Break, at: &Field<'_>) -> Option<Break> {
    const DAY_SECONDS: i64 = 86_400;
    let latest_at = at.field("latest_start_time");
    let duration_at = at.field("duration");
    let earliest = cx.clock.needed(&at.field("earliest_start_time"), pause.earliest_start_time);
    let latest = cx.clock.needed(&latest_at, pause.latest_start_time);
    if pause.duration.is_none() {
        duration_at.refuse(ViolationCode::Required, "needed");
    }
    let duration = duration(&duration_at, pause.duration, 1, DAY_SECONDS);
    let (earliest, latest, duration) = (earliest?, latest?, duration?);
    let Some(start) = TimeWindow::new(earliest, latest) else {
        latest_at.refuse(ViolationCode::EndBeforeStart, "lies before the earliest start");
        return None;
    };
    Some(Break { label: pause.id.clone(), start, duration })
}

/// Shifts of one technician may touch, not overlap. The numbers are positions in the technician's list.
pub(super) fn refuse_overlaps(mut windows: Vec<(TimeWindow, usize)>, shifts: &[wire::Shift], at: &Field<'_>) {
    windows.sort_by_key(|(window, s)| (window.start, window.end, *s));
    for pair in windows.windows(2) {
        let [(before, earlier), (after, later)] = pair else { continue };
        if after.start < before.end {
            let text =
                format_args!("the shift overlaps the technician's shift {:?}", shown(&shifts[*earlier].id));
            at.entry("shifts", *later).field("start_time").refuse(ViolationCode::Overlap, text);
        }
    }
}
