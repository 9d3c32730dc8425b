//! Numbers by which a desk works, with their defaults.

use jiff::SignedDuration;

/// How a desk works. Every board may have its own.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeskParams {
    /// What stands before the token in a reschedule link. Default: empty, so the link is the bare token.
    pub reschedule_link: String,
    /// How long before its planned start a visit is dispatched by itself; none: only when told.
    /// Default: two hours.
    pub dispatch_lead: Option<SignedDuration>,
    /// How long before its arrival window the reminder goes. Default: 24 hours.
    pub reminder_lead: SignedDuration,
    /// Local minute of the day at which pull lists are made, 0 to 1,439. Default: 5:30.
    pub pull_list_minute: u16,
}

impl Default for DeskParams {
    fn default() -> Self {
        Self {
            reschedule_link: String::new(),
            dispatch_lead: Some(SignedDuration::from_hours(2)),
            reminder_lead: SignedDuration::from_hours(24),
            pull_list_minute: 5 * 60 + 30,
        }
    }
}
