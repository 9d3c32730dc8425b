//! How many random cases a property test tries.

/// The number of cases in `JOURNEYMAN_CASES`, or `default` where the variable is absent.
///
/// # Panics
/// When the variable is set and is not a number: a full run that silently is not one is worse than none.
pub fn cases(default: usize) -> usize {
    #[expect(clippy::disallowed_methods, reason = "test kit: the one knob of property tests, never shipped")]
    let asked = std::env::var("JOURNEYMAN_CASES");
    match asked {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("JOURNEYMAN_CASES is not a number: {text:?}")),
        Err(_) => default,
    }
}
