//! Drafts of shifts.

use journeyman_domain::{
    Break, Cost, CostPerDistance, CostPerTime, Duration, PayPolicy, Shift, ShiftId, ShiftRates, Time,
    TimeWindow,
};

use super::{ProblemBuilder, Spot, dollars, per_tick};

/// Refines a shift.
pub struct ShiftDraft<'a> {
    builder: &'a mut ProblemBuilder,
    id: ShiftId,
}

pub(super) fn add<'a>(
    builder: &'a mut ProblemBuilder,
    technician: &str,
    (start, end): (i64, i64),
) -> ShiftDraft<'a> {
    let id = builder.technician_id(technician);
    let home = builder.place((0, 0));
    let problem = &mut builder.problem;
    let number = 1 + problem.shifts.iter().filter(|shift| shift.technician == id).count();
    let window = TimeWindow { start: Time::from_ticks(start), end: Time::from_ticks(end) };
    problem.shifts.push(Shift {
        label: format!("{technician}/{number}"),
        technician: id,
        day: problem.local_day(window.start),
        start_place: home,
        end_place: home,
        window,
        soft_end: window.end,
        breaks: Vec::new(),
        visits_max: None,
        rates: ShiftRates {
            pay: PayPolicy::Shift,
            time: per_tick(1),
            distance: CostPerDistance::from_micros(0),
            overtime: per_tick(2),
            used: Cost::ZERO,
        },
        out: false,
        card: journeyman_domain::ShiftCard::default(),
        frozen: None,
    });
    let id = ShiftId::new(problem.shifts.len() - 1);
    ShiftDraft { builder, id }
}

impl ShiftDraft<'_> {
    /// Starts here.
    pub fn from(mut self, at: Spot) -> Self {
        let place = self.builder.place(at);
        self.noun().start_place = place;
        self
    }

    /// Ends here.
    pub fn to(mut self, at: Spot) -> Self {
        let place = self.builder.place(at);
        self.noun().end_place = place;
        self
    }

    /// Overtime starts here.
    pub fn soft_end(mut self, at: i64) -> Self {
        self.noun().soft_end = Time::from_ticks(at);
        self
    }

    /// Adds a break that starts in `[earliest, latest]`.
    pub fn pause(mut self, earliest: i64, latest: i64, duration: i64) -> Self {
        let start = TimeWindow { start: Time::from_ticks(earliest), end: Time::from_ticks(latest) };
        let breaks = &mut self.noun().breaks;
        let label = format!("break {}", breaks.len() + 1);
        breaks.push(Break { label, start, duration: Duration::from_ticks(duration) });
        self
    }

    /// Limits the number of visits.
    pub fn visits_max(mut self, count: u32) -> Self {
        self.noun().visits_max = Some(count);
        self
    }

    /// The technician is out.
    pub fn out(mut self) -> Self {
        self.noun().out = true;
        self
    }

    /// Paid from departure to return.
    pub fn portal_to_portal(mut self) -> Self {
        self.noun().rates.pay = PayPolicy::PortalToPortal;
        self
    }

    /// Prices in micro-dollars: a tick of paid time, a tick of distance, a tick of overtime.
    pub fn rates(mut self, time: i64, distance: i64, overtime: i64) -> Self {
        let rates = &mut self.noun().rates;
        rates.time = CostPerTime::from_micros(time);
        rates.distance = CostPerDistance::from_micros(distance);
        rates.overtime = CostPerTime::from_micros(overtime);
        self
    }

    /// Price of using the shift, in dollars.
    pub fn used(mut self, price: i64) -> Self {
        self.noun().rates.used = dollars(price);
        self
    }

    fn noun(&mut self) -> &mut Shift {
        &mut self.builder.problem.shifts[self.id.index()]
    }
}
