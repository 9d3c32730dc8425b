//! What happens in the world, drawn from one seed before any policy is asked: nothing of it depends on who dispatches.

use journeyman_domain::{Duration, Time, TimeWindow};
use rand::Rng;
use rand_distr::{Distribution, Exp};
use rand_pcg::Pcg64;

use super::assumptions::{
    CANCELLED_PERMILLE, DAY, DRIVE_MINUTES, HOURS, KIND_PERCENTS, LEAVES_SICK_PERMILLE, LOAD,
    NO_SHOW_PERMILLE, NO_SHOW_TIME, OFFICE_OPENS, OVERRUN_MAX, PART_MISSING_PERMILLE, PART_MISSING_TIME,
    PATIENCE_EMERGENCY, PATIENCE_SOON, PERMIT_DAYS, PERMIT_LATE_PERCENT, REVENUE_EMERGENCY, REVENUE_FIXED,
    REVENUE_HOUR, SERVICE_DEVIATION, SERVICE_MEAN_PERMILLE, SICK_PERMILLE, TAKES_ANOTHER_DAY_PERCENT,
    WEEKDAYS,
};
use super::firm::Firm;
use super::quantiles::value_at;
use crate::day_runner::{ServiceLaw, drawn};
use crate::draw::generator;
use crate::scenario::WORKING_TIME;

/// How long, and from which seed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HistoryOptions {
    /// Working days; five of them are a week.
    pub days: usize,
    /// Same firm, same seed, same history.
    pub seed: u64,
}

/// The facts of the year. Moments are seconds since the midnight before the first working day, a day after another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct History {
    /// Working days.
    pub days: usize,
    /// In the order in which they come in.
    pub calls: Vec<TradeCall>,
    /// By day and technician: since when he is absent, if he is.
    pub absent: Vec<Vec<Option<Time>>>,
}

/// What a caller wants.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum CallKind {
    /// Now.
    Emergency,
    /// As soon as somebody can come.
    Soon,
    /// In a window of another day, agreed on the phone.
    Appointment,
    /// As soon as its permit is issued.
    Permit,
}

impl CallKind {
    /// A word for tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Emergency => "emergency",
            Self::Soon => "soon",
            Self::Appointment => "appointment",
            Self::Permit => "permit",
        }
    }

    /// Whether the caller waits for an answer: dispatching is measured on these.
    pub const fn waits(self) -> bool {
        matches!(self, Self::Emergency | Self::Soon)
    }
}

/// How the first visit ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// The work is done.
    Done,
    /// Nobody is at home.
    NoShow,
    /// A part is missing; it is there so many days later.
    PartMissing {
        /// Days.
        days: i64,
    },
}

/// One call, with all that will come of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TradeCall {
    /// Moment of the call.
    pub at: i64,
    /// What is wanted.
    pub kind: CallKind,
    /// Number of the work in the firm's list.
    pub job: usize,
    /// Time on site that is planned for it.
    pub planned: Duration,
    /// Time on site that the work takes.
    pub actual: Duration,
    /// What it brings, in cents.
    pub revenue_cents: i64,
    /// A customer who was told nothing for so long calls a competitor; none: waits.
    pub patience: Option<Duration>,
    /// Whether "not today" is an answer.
    pub takes_another_day: bool,
    /// Moment from which on it may be done: the call, the morning of the appointment, the issue of the permit.
    pub ready: i64,
    /// The agreed window, as times of its day.
    pub window: Option<TimeWindow>,
    /// Moment at which the customer cancels, unless somebody is on the way.
    pub cancels: Option<i64>,
    /// How the first visit ends.
    pub outcome: Outcome,
}

impl TradeCall {
    /// Time on site of the first visit, or of the one that comes back.
    pub(super) fn on_site(&self, comes_back: bool) -> Duration {
        match self.outcome {
            Outcome::NoShow => NO_SHOW_TIME,
            Outcome::PartMissing { .. } if !comes_back => PART_MISSING_TIME,
            Outcome::Done | Outcome::PartMissing { .. } => self.actual,
        }
    }
}

impl History {
    /// Draws the history of a firm. O(calls + days × technicians).
    pub fn draw(firm: &Firm, options: HistoryOptions) -> Self {
        let HistoryOptions { days, seed } = options;
        let mut rng = generator(seed);
        let per_day = LOAD * WORKING_TIME.ticks() as f64 / 60.0 * firm.technicians() as f64
            / (firm.mean_minutes() + DRIVE_MINUTES);
        let absent =
            (0..days).map(|_| (0..firm.technicians()).map(|_| absence(&mut rng)).collect()).collect();
        let mut calls = Vec::new();
        for day in 0..days {
            for at in moments(day, per_day, &mut rng) {
                calls.push(call(firm, at, &mut rng));
            }
        }
        Self { days, calls, absent }
    }
}

/// Poisson within each hour, at the rate of hour and weekday.
fn moments(day: usize, per_day: f64, rng: &mut Pcg64) -> Vec<i64> {
    let all: f64 = HOURS.iter().sum();
    let mut moments = Vec::new();
    for (hour, share) in (OFFICE_OPENS..).zip(HOURS) {
        let per_second = per_day * WEEKDAYS[day % WEEKDAYS.len()] * share / all / 3600.0;
        let gaps = Exp::new(per_second).expect("the rate is positive");
        let mut second = gaps.sample(rng);
        while second < 3600.0 {
            moments.push(midnight(day) + hour * 3600 + whole(second));
            second += gaps.sample(rng);
        }
    }
    moments
}

fn call(firm: &Firm, at: i64, rng: &mut Pcg64) -> TradeCall {
    let job = rng.random_range(0..firm.jobs.len());
    let planned = firm.jobs[job].planned;
    let spread = scaled(planned, SERVICE_DEVIATION);
    let longer = f64::from(SERVICE_MEAN_PERMILLE) / 1_000.0;
    let actual = drawn(ServiceLaw::Lognormal, planned, spread, longer, rng);
    let actual = actual.clamp(Duration::from_ticks(60), planned + OVERRUN_MAX);
    let kind = kind(rng.random_range(0..100));
    let today = at / DAY;
    let (ready, window) = match kind {
        CallKind::Emergency | CallKind::Soon => (at, None),
        CallKind::Appointment => {
            let start = Time::from_ticks(rng.random_range(8..=15) * 3600);
            let window = TimeWindow { start, end: start + Duration::from_ticks(2 * 3600) };
            ((today + rng.random_range(1..=5)) * DAY, Some(window))
        }
        CallKind::Permit => (permit_issued(today, rng), None),
    };
    let patience = |mean: Duration, rng: &mut Pcg64| {
        let law = Exp::new(1.0 / mean.ticks() as f64).expect("the mean is positive");
        Some(Duration::from_ticks(whole(law.sample(rng))))
    };
    let patience = match kind {
        CallKind::Emergency => patience(PATIENCE_EMERGENCY, rng),
        CallKind::Soon => patience(PATIENCE_SOON, rng),
        CallKind::Appointment | CallKind::Permit => None,
    };
    let takes_another_day = kind == CallKind::Soon && happens(TAKES_ANOTHER_DAY_PERCENT * 10, rng);
    let cancels = happens(CANCELLED_PERMILLE, rng).then(|| match kind {
        CallKind::Emergency | CallKind::Soon => at + rng.random_range(600..4 * 3600),
        CallKind::Appointment | CallKind::Permit => ready - rng.random_range(0..DAY),
    });
    let outcome = if happens(NO_SHOW_PERMILLE, rng) {
        Outcome::NoShow
    } else if happens(PART_MISSING_PERMILLE, rng) {
        Outcome::PartMissing { days: rng.random_range(1..=3) }
    } else {
        Outcome::Done
    };
    let revenue_cents = revenue(kind, planned);
    TradeCall {
        at,
        kind,
        job,
        planned,
        actual,
        revenue_cents,
        patience,
        takes_another_day,
        ready,
        window,
        cancels: cancels.map(|moment| moment.max(at + 60)),
        outcome,
    }
}

fn kind(percent: u32) -> CallKind {
    let kinds = [CallKind::Emergency, CallKind::Soon, CallKind::Appointment, CallKind::Permit];
    let mut below = 0;
    for (kind, percents) in kinds.into_iter().zip(KIND_PERCENTS) {
        below += percents;
        if percent < below {
            return kind;
        }
    }
    CallKind::Soon
}

/// Quantiles are calendar days; five of seven are working days. Never on the day of the call, and on most days before work
/// begins.
fn permit_issued(today: i64, rng: &mut Pcg64) -> i64 {
    let days = value_at(&PERMIT_DAYS, rng.random::<f64>()) * 5.0 / 7.0;
    let day = today + whole(days).max(1);
    let late = happens(PERMIT_LATE_PERCENT * 10, rng);
    let second = rng.random_range(9 * 3600..15 * 3600);
    day * DAY + if late { second } else { 0 }
}

fn absence(rng: &mut Pcg64) -> Option<Time> {
    let moment = rng.random_range(9 * 3600..15 * 3600);
    let all_day = happens(SICK_PERMILLE, rng);
    let leaves = happens(LEAVES_SICK_PERMILLE, rng);
    if all_day { Some(Time::ZERO) } else { leaves.then(|| Time::from_ticks(moment)) }
}

fn revenue(kind: CallKind, planned: Duration) -> i64 {
    let hours = planned.ticks() as f64 / 3600.0;
    let extra = if kind == CallKind::Emergency { REVENUE_EMERGENCY } else { 0.0 };
    whole((REVENUE_FIXED + extra + REVENUE_HOUR * hours) * 100.0)
}

fn happens(permille: u32, rng: &mut Pcg64) -> bool {
    rng.random_range(0..1_000) < permille
}

fn midnight(day: usize) -> i64 {
    i64::try_from(day).expect("years are short") * DAY
}

fn scaled(span: Duration, by: f64) -> Duration {
    Duration::from_ticks(whole(span.ticks() as f64 * by))
}

#[expect(clippy::cast_possible_truncation, reason = "casts saturate; years are far shorter")]
pub(super) fn whole(number: f64) -> i64 {
    number.round() as i64
}
