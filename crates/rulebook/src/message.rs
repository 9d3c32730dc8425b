//! Messages to customers: templates whose placeholders are checked when the book is loaded, and the
//! hours in which nobody is written to. A template is text with `{placeholder}`s and nothing else:
//! no conditions, no loops, so that what is sent can be read off the book.

use crate::error::Findings;
use crate::source::{MessagesSource, QuietSource};

/// Longest template: five text messages of 160 characters.
const TEMPLATE_CHARS_MAX: usize = 800;
/// Minutes of a day.
const DAY_MINUTES: u16 = 24 * 60;

/// What a message tells.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum MessageKind {
    /// The visit has an arrival window.
    Confirmation,
    /// The visit is tomorrow.
    DayBefore,
    /// The arrival window changed, or cannot be kept.
    Moved,
    /// The technician drives.
    OnTheWay,
    /// The work is done.
    Done,
}

impl MessageKind {
    /// Every kind, in the order of a visit's life.
    pub const ALL: [Self; 5] = [Self::Confirmation, Self::DayBefore, Self::Moved, Self::OnTheWay, Self::Done];

    /// Its key under `messages`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Confirmation => "confirmation",
            Self::DayBefore => "day_before",
            Self::Moved => "moved",
            Self::OnTheWay => "on_the_way",
            Self::Done => "done",
        }
    }

    /// What the message is worthless without.
    const fn required(self) -> &'static [Placeholder] {
        match self {
            Self::Confirmation | Self::Moved => &[Placeholder::Window],
            Self::DayBefore => &[Placeholder::Window, Placeholder::Technician, Placeholder::RescheduleLink],
            Self::OnTheWay => &[Placeholder::Eta],
            Self::Done => &[Placeholder::WorkOrder],
        }
    }

    /// Whether the value is known when the message is sent.
    fn allows(self, placeholder: Placeholder) -> bool {
        match placeholder {
            Placeholder::Company | Placeholder::Customer | Placeholder::WorkOrder | Placeholder::Service => {
                true
            }
            Placeholder::Address => self != Self::Done,
            Placeholder::Technician => self != Self::Confirmation,
            Placeholder::Window | Placeholder::RescheduleLink => {
                matches!(self, Self::Confirmation | Self::DayBefore | Self::Moved)
            }
            Placeholder::Eta => self == Self::OnTheWay,
        }
    }
}

/// What a template may leave open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Placeholder {
    /// Name of the company.
    Company,
    /// Name of the customer's contact.
    Customer,
    /// The work order's id.
    WorkOrder,
    /// Name of the service.
    Service,
    /// Where the visit is.
    Address,
    /// Name of the technician.
    Technician,
    /// The arrival window, in words.
    Window,
    /// When the technician arrives, in words.
    Eta,
    /// Where the customer can move the visit.
    RescheduleLink,
}

impl Placeholder {
    /// Every placeholder.
    pub const ALL: [Self; 9] = [
        Self::Company,
        Self::Customer,
        Self::WorkOrder,
        Self::Service,
        Self::Address,
        Self::Technician,
        Self::Window,
        Self::Eta,
        Self::RescheduleLink,
    ];

    /// What stands between the braces.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Customer => "customer",
            Self::WorkOrder => "work_order",
            Self::Service => "service",
            Self::Address => "address",
            Self::Technician => "technician",
            Self::Window => "window",
            Self::Eta => "eta",
            Self::RescheduleLink => "reschedule_link",
        }
    }
}

/// What fills a template. A value that its placeholders do not name may be absent.
#[derive(Clone, Copy, Default, Debug)]
pub struct MessageValues<'a> {
    /// Name of the company.
    pub company: Option<&'a str>,
    /// Name of the customer's contact.
    pub customer: Option<&'a str>,
    /// The work order's id.
    pub work_order: Option<&'a str>,
    /// Name of the service.
    pub service: Option<&'a str>,
    /// Where the visit is.
    pub address: Option<&'a str>,
    /// Name of the technician.
    pub technician: Option<&'a str>,
    /// The arrival window, in words of the local time.
    pub window: Option<&'a str>,
    /// When the technician arrives, in words of the local time.
    pub eta: Option<&'a str>,
    /// Where the customer can move the visit.
    pub reschedule_link: Option<&'a str>,
}

impl<'a> MessageValues<'a> {
    fn get(&self, placeholder: Placeholder) -> Option<&'a str> {
        match placeholder {
            Placeholder::Company => self.company,
            Placeholder::Customer => self.customer,
            Placeholder::WorkOrder => self.work_order,
            Placeholder::Service => self.service,
            Placeholder::Address => self.address,
            Placeholder::Technician => self.technician,
            Placeholder::Window => self.window,
            Placeholder::Eta => self.eta,
            Placeholder::RescheduleLink => self.reschedule_link,
        }
    }
}

/// A message could not be written, because a value that its template names was not given.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("message `{}` names {{{}}}, which was not given", .message.name(), .placeholder.name())]
pub struct MissingValue {
    /// The message.
    pub message: MessageKind,
    /// What is missing.
    pub placeholder: Placeholder,
}

/// The text of one kind of message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Template {
    kind: MessageKind,
    pieces: Vec<Piece>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Piece {
    Text(String),
    Value(Placeholder),
}

impl Template {
    /// What it tells.
    pub fn kind(&self) -> MessageKind {
        self.kind
    }

    /// The message. Values are taken as they are: braces in them mean nothing.
    pub fn render(&self, values: &MessageValues<'_>) -> Result<String, MissingValue> {
        let mut message = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => message.push_str(text),
                Piece::Value(placeholder) => {
                    let missing = MissingValue { message: self.kind, placeholder: *placeholder };
                    message.push_str(values.get(*placeholder).ok_or(missing)?);
                }
            }
        }
        Ok(message)
    }

    fn check(kind: MessageKind, source: &str, findings: &mut Findings) -> Self {
        let path = format!("messages.{}", kind.name());
        findings.text(path.clone(), source, TEMPLATE_CHARS_MAX);
        let pieces = pieces(source).unwrap_or_else(|problem| {
            findings.refuse(path.clone(), problem);
            Vec::new()
        });
        let named = |placeholder: &Placeholder| pieces.contains(&Piece::Value(*placeholder));
        for placeholder in Placeholder::ALL.iter().filter(|placeholder| named(placeholder)) {
            if !kind.allows(*placeholder) {
                let problem = format!("{{{}}} is not known when it is sent", placeholder.name());
                findings.refuse(path.clone(), problem);
            }
        }
        if !pieces.is_empty() {
            for placeholder in kind.required().iter().filter(|placeholder| !named(placeholder)) {
                findings.refuse(path.clone(), format!("lacks {{{}}}", placeholder.name()));
            }
        }
        Self { kind, pieces }
    }
}

/// Cuts a template at its braces, or says what is wrong with them.
fn pieces(source: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut rest = source;
    while let Some(open) = rest.find('{') {
        if rest[..open].contains('}') {
            return Err("has a } without its {".to_owned());
        }
        let Some(length) = rest[open..].find('}') else { return Err("has a { without its }".to_owned()) };
        let name = &rest[open + 1..open + length];
        let known = Placeholder::ALL.iter().find(|placeholder| placeholder.name() == name);
        let Some(placeholder) = known else {
            let names = Placeholder::ALL.map(Placeholder::name).join(", ");
            return Err(format!("{{{name}}} is no placeholder; known are {names}"));
        };
        pieces.push(Piece::Text(rest[..open].to_owned()));
        pieces.push(Piece::Value(*placeholder));
        rest = &rest[open + length + 1..];
    }
    if rest.contains('}') {
        return Err("has a } without its {".to_owned());
    }
    pieces.push(Piece::Text(rest.to_owned()));
    Ok(pieces)
}

/// Local hours in which no customer is written to; they may pass midnight.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct QuietHours {
    /// First quiet minute of the day.
    from: u16,
    /// First minute after them.
    until: u16,
}

impl QuietHours {
    /// Whether a local minute of the day (0 to 1,439) is quiet. Equal ends mean none ever is.
    pub fn contain(self, minute_of_day: u16) -> bool {
        if self.from <= self.until {
            (self.from..self.until).contains(&minute_of_day)
        } else {
            minute_of_day >= self.from || minute_of_day < self.until
        }
    }

    /// Minutes to wait from a local minute of the day until it is allowed to write; 0 when it is allowed.
    pub fn wait_minutes(self, minute_of_day: u16) -> u16 {
        if !self.contain(minute_of_day) {
            return 0;
        }
        (self.until + DAY_MINUTES - minute_of_day) % DAY_MINUTES
    }

    fn check(source: &QuietSource, findings: &mut Findings) -> Self {
        let mut minute = |key: &str, text: &str| {
            minute_of_day(text).unwrap_or_else(|| {
                let problem = format!("`{text}` is no local time of the form 21:00");
                findings.refuse(format!("messages.quiet_hours.{key}"), problem);
                0
            })
        };
        Self { from: minute("from", &source.from), until: minute("until", &source.until) }
    }
}

fn minute_of_day(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let two_digits = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    if !two_digits(hours) || !two_digits(minutes) {
        return None;
    }
    let (hours, minutes) = (hours.parse::<u16>().ok()?, minutes.parse::<u16>().ok()?);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

/// The templates in the order of [`MessageKind::ALL`], and the quiet hours.
pub(crate) fn check(source: &MessagesSource, findings: &mut Findings) -> (Vec<Template>, QuietHours) {
    let text = |kind| match kind {
        MessageKind::Confirmation => &source.confirmation,
        MessageKind::DayBefore => &source.day_before,
        MessageKind::Moved => &source.moved,
        MessageKind::OnTheWay => &source.on_the_way,
        MessageKind::Done => &source.done,
    };
    let templates = MessageKind::ALL.iter().map(|kind| Template::check(*kind, text(*kind), findings));
    (templates.collect(), QuietHours::check(&source.quiet_hours, findings))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(kind: MessageKind, source: &str) -> String {
        let mut findings = Findings::default();
        Template::check(kind, source, &mut findings);
        findings.conclude(()).map_or_else(|error| error.to_string(), |()| String::new())
    }

    #[test]
    fn placeholder_is_filled_and_braces_in_a_value_mean_nothing() {
        let mut findings = Findings::default();
        let template = Template::check(MessageKind::OnTheWay, "{technician} arrives {eta}.", &mut findings);
        let values = MessageValues { technician: Some("{eta}"), eta: Some("at 9:40"), ..Default::default() };
        assert_eq!(template.render(&values).as_deref(), Ok("{eta} arrives at 9:40."));
        let missing = template.render(&MessageValues { eta: None, ..values }).expect_err("no eta");
        assert_eq!(missing.to_string(), "message `on_the_way` names {eta}, which was not given");
    }

    #[test]
    fn template_that_cannot_be_filled_is_refused() {
        for (kind, source, problem) in [
            (MessageKind::Done, "{thanks} {work_order}", "{thanks} is no placeholder"),
            (MessageKind::Done, "{work_order", "{ without its }"),
            (MessageKind::Done, "work_order} {work_order}", "} without its {"),
            (MessageKind::Done, "{work_order} {eta}", "{eta} is not known when it is sent"),
            (MessageKind::DayBefore, "{window} {technician}", "lacks {reschedule_link}"),
        ] {
            assert!(problems(kind, source).contains(problem), "{}", problems(kind, source));
        }
    }

    #[test]
    fn quiet_hours_pass_midnight() {
        let quiet = QuietHours { from: 21 * 60, until: 8 * 60 };
        assert!(quiet.contain(23 * 60) && quiet.contain(7 * 60 + 59));
        assert!(!quiet.contain(8 * 60) && !quiet.contain(20 * 60 + 59));
        assert_eq!(
            (quiet.wait_minutes(22 * 60), quiet.wait_minutes(60), quiet.wait_minutes(720)),
            (600, 420, 0)
        );
    }
}
