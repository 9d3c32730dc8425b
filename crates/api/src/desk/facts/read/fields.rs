//! Fields of messages, with their paths in what goes wrong.

use crate::desk::facts::choices::Choice;
use crate::desk::facts::error::{FactError, FactFault};

pub(super) type Read<T> = Result<T, FactError>;

/// What a field holds that is always there.
pub(super) fn within<'w, W, T>(field: &str, given: &'w W, read: impl FnOnce(&'w W) -> Read<T>) -> Read<T> {
    read(given).map_err(|error| error.inside(field))
}

/// What a field holds that must be given.
pub(super) fn required<'w, W, T>(
    field: &str,
    given: Option<&'w W>,
    read: impl FnOnce(&'w W) -> Read<T>,
) -> Read<T> {
    let given = given.ok_or_else(|| FactError::new(field, FactFault::Missing))?;
    within(field, given, read)
}

/// What a field holds that may be left out.
pub(super) fn optional<'w, W, T>(
    field: &str,
    given: Option<&'w W>,
    read: impl FnOnce(&'w W) -> Read<T>,
) -> Read<Option<T>> {
    given.map(|given| within(field, given, read)).transpose()
}

/// What a list holds.
pub(super) fn each<'w, W, T>(field: &str, given: &'w [W], read: impl Fn(&'w W) -> Read<T>) -> Read<Vec<T>> {
    let entries = given.iter().enumerate();
    entries
        .map(|(index, entry)| read(entry).map_err(|error| error.inside(&format!("{field}[{index}]"))))
        .collect()
}

/// One of a closed set.
pub(super) fn choice<C: Choice>(field: &str, number: i32) -> Read<C> {
    choice_or_none(field, number)?.ok_or_else(|| FactError::new(field, FactFault::Missing))
}

/// One of a closed set, or nothing.
pub(super) fn choice_or_none<C: Choice>(field: &str, number: i32) -> Read<Option<C>> {
    C::Wire::try_from(number).map(C::read).map_err(|_| FactError::unknown(field, number))
}

/// A whole number of fewer bits than the wire has.
pub(super) fn integer<W: Copy + std::fmt::Display, N: TryFrom<W>>(field: &str, number: W) -> Read<N> {
    N::try_from(number).map_err(|_| FactError::unknown(field, number))
}
