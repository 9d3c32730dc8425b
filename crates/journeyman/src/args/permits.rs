//! Words about jurisdictions that answer how permits stand.

use std::time::Duration;

use clap::Args;

#[derive(Args, Debug)]
pub(crate) struct PermitOfficeArgs {
    /// A jurisdiction that answers how a filed permit stands at URL/PERMIT; may be repeated. In the environment, blanks
    /// lie between several.
    #[arg(
        long,
        value_parser = office,
        value_delimiter = ' ',
        value_name = "JURISDICTION=URL",
        env = "JOURNEYMAN_PERMIT_STATUS"
    )]
    pub(crate) permit_status: Vec<PermitOfficeAddress>,
    /// How often filed permits are asked about.
    #[arg(
        long,
        value_parser = period,
        default_value = "15m",
        value_name = "TIME",
        env = "JOURNEYMAN_PERMIT_POLL_EVERY"
    )]
    pub(crate) permit_poll_every: Duration,
    /// How long such an answer may take.
    #[arg(
        long,
        value_parser = period,
        default_value = "20s",
        value_name = "TIME",
        env = "JOURNEYMAN_PERMIT_TIME_MAX"
    )]
    pub(crate) permit_time_max: Duration,
}

/// Where an office is asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct PermitOfficeAddress {
    pub(crate) jurisdiction: String,
    pub(crate) url: String,
}

fn office(text: &str) -> Result<PermitOfficeAddress, String> {
    match text.split_once('=') {
        Some((jurisdiction, url)) if !jurisdiction.is_empty() => {
            Ok(PermitOfficeAddress { jurisdiction: jurisdiction.to_owned(), url: url.to_owned() })
        }
        _ => {
            Err("not JURISDICTION=URL, such as us-ut-st-george=https://permits.example.org/status".to_owned())
        }
    }
}

fn period(text: &str) -> Result<Duration, String> {
    let period = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    if period.is_zero() { Err("must be longer than nothing".to_owned()) } else { Ok(period) }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        permits: PermitOfficeArgs,
    }

    fn read(words: &[&str]) -> Result<PermitOfficeArgs, String> {
        let line = Line::try_parse_from([&["serve"], words].concat());
        line.map(|line| line.permits).map_err(|error| error.to_string())
    }

    #[test]
    fn several_offices_are_given_one_by_one_or_in_one_text() {
        let wanted = [("a", "http://a/?x=1"), ("b", "http://b")].map(|(jurisdiction, url)| {
            PermitOfficeAddress { jurisdiction: jurisdiction.to_owned(), url: url.to_owned() }
        });
        let one_by_one = ["--permit-status", "a=http://a/?x=1", "--permit-status", "b=http://b"];
        for words in [&one_by_one[..], &["--permit-status", "a=http://a/?x=1 b=http://b"]] {
            assert_eq!(read(words).unwrap().permit_status, wanted);
        }
    }

    #[test]
    fn what_is_no_office_or_period_is_refused_by_its_flag() {
        for (flag, word) in [
            ("--permit-status", "http://a"),
            ("--permit-status", "=http://a"),
            ("--permit-poll-every", "0s"),
            ("--permit-poll-every", "often"),
            ("--permit-time-max", "0ms"),
        ] {
            let refused = read(&[flag, word]).unwrap_err();
            assert!(refused.contains(flag) && refused.contains(word), "{refused}");
        }
    }
}
