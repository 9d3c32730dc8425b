//! Micro-dollars for people.

/// `1234500000` as `$1,234.50`, rounded half away from zero.
pub(crate) fn dollars(micros: i64) -> String {
    let cents = (micros.unsigned_abs() + 5_000) / 10_000;
    let sign = if micros < 0 && cents > 0 { "-" } else { "" };
    let whole = (cents / 100).to_string();
    let mut grouped = String::with_capacity(whole.len() * 4 / 3);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{sign}${grouped}.{:02}", cents % 100)
}

#[cfg(test)]
mod tests {
    use super::dollars;

    #[test]
    fn money_is_grouped_and_rounded_to_cents() {
        for (micros, shown) in [
            (0, "$0.00"),
            (1_234_500_000, "$1,234.50"),
            (1_234_567_890_000_000, "$1,234,567,890.00"),
            (999_994_999, "$999.99"),
            (-5_000, "-$0.01"),
            (-4_999, "$0.00"),
            (i64::MIN, "-$9,223,372,036,854.78"),
        ] {
            assert_eq!(dollars(micros), shown);
        }
    }
}
