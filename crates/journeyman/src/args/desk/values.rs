//! Values of two halves: a window, a part with its pieces, a photo or note of a kind.

use jiff::Timestamp;
use journeyman_api::wire;

/// `2026-03-02T11:00:00-07:00/2026-03-02T15:00:00-07:00`.
pub(super) fn window(text: &str) -> Result<wire::TimeWindow, String> {
    let (start, end) = halves(text, '/', "START/END")?;
    Ok(wire::TimeWindow { start_time: Some(instant(start)?), end_time: Some(instant(end)?) })
}

/// `2026-03-02T11:00:00-07:00`.
pub(super) fn instant(text: &str) -> Result<wire::Timestamp, String> {
    let instant: Timestamp = text.parse().map_err(|error| format!("{error}"))?;
    Ok(wire::Timestamp { seconds: instant.as_second(), nanos: instant.subsec_nanosecond() })
}

/// `BRK-20-1P=2`.
pub(super) fn part(text: &str) -> Result<wire::PartQuantity, String> {
    let (sku, pieces) = halves(text, '=', "SKU=N")?;
    let quantity = pieces.parse().map_err(|error| format!("{pieces:?}: {error}"))?;
    Ok(wire::PartQuantity { sku: sku.to_owned(), quantity })
}

/// `panel-before=photos/17.jpg`. Without a file it stands for itself, and the server says what it thinks of that.
pub(super) fn file(text: &str) -> Result<wire::Evidence, String> {
    let (kind, uri) = text.split_once('=').unwrap_or((text, ""));
    Ok(wire::Evidence { kind: kind.to_owned(), uri: uri.to_owned(), text: String::new() })
}

/// `cause=a loose neutral`.
pub(super) fn note(text: &str) -> Result<wire::Evidence, String> {
    let (kind, words) = halves(text, '=', "KIND=TEXT")?;
    Ok(wire::Evidence { kind: kind.to_owned(), uri: String::new(), text: words.to_owned() })
}

fn halves<'t>(text: &'t str, between: char, form: &str) -> Result<(&'t str, &'t str), String> {
    text.split_once(between).ok_or_else(|| format!("not of the form {form}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_has_two_instants_of_any_offset() {
        let read = window("2026-03-02T11:00:00-07:00/2026-03-02T19:30:00Z").unwrap();
        let seconds = |instant: Option<wire::Timestamp>| instant.unwrap().seconds;
        assert_eq!(seconds(read.end_time) - seconds(read.start_time), 5_400);
        for text in ["2026-03-02T11:00:00Z", "/", "2026-03-02/2026-03-03", "today/tomorrow"] {
            window(text).unwrap_err();
        }
    }

    #[test]
    fn parts_are_counted_in_whole_pieces() {
        assert_eq!(part("A=2").unwrap(), wire::PartQuantity { sku: "A".to_owned(), quantity: 2 });
        for text in ["A", "A=", "A=1.5", "A=two"] {
            part(text).unwrap_err();
        }
    }

    #[test]
    fn files_may_have_an_equals_sign_and_notes_have_words() {
        assert_eq!(file("panel=https://x/?id=7").unwrap().uri, "https://x/?id=7");
        assert_eq!(file("panel").unwrap().uri, "");
        assert_eq!(note("cause=I=U/R").unwrap().text, "I=U/R");
        note("cause").unwrap_err();
    }
}
