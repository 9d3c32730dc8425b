//! Enum values of the contract as the domain has them.

use journeyman_domain::{LicenseClass, PayPolicy, Priority};

use crate::violation::{Field, ViolationCode};
use crate::wire;

/// The value of an enum field; nothing when the contract does not have it, which is refused.
pub(crate) fn value<E: TryFrom<i32>>(at: &Field<'_>, number: i32) -> Option<E> {
    let value = E::try_from(number).ok();
    if value.is_none() {
        at.refuse(ViolationCode::UnknownValue, format_args!("{number} is not a value of this field"));
    }
    value
}

/// A license class; nothing when it is not given.
pub(crate) fn license_class(at: &Field<'_>, number: i32) -> Option<LicenseClass> {
    match value(at, number)? {
        wire::LicenseClass::Unspecified => None,
        wire::LicenseClass::Apprentice => Some(LicenseClass::Apprentice),
        wire::LicenseClass::Journeyman => Some(LicenseClass::Journeyman),
        wire::LicenseClass::Master => Some(LicenseClass::Master),
    }
}

/// A license class that must be given.
pub(crate) fn needed_license_class(at: &Field<'_>, number: i32) -> Option<LicenseClass> {
    if number == 0 {
        at.refuse(ViolationCode::Required, "needed");
    }
    license_class(at, number)
}

/// How urgent work is; what is not given is normal.
pub(crate) fn priority(at: &Field<'_>, number: i32) -> Option<Priority> {
    Some(match value(at, number)? {
        wire::Priority::Low => Priority::Low,
        wire::Priority::Unspecified | wire::Priority::Normal => Priority::Normal,
        wire::Priority::High => Priority::High,
        wire::Priority::Emergency => Priority::Emergency,
    })
}

/// A pay policy; nothing when it is not given.
pub(crate) fn pay_policy(at: &Field<'_>, number: i32) -> Option<PayPolicy> {
    match value(at, number)? {
        wire::PayPolicy::Unspecified => None,
        wire::PayPolicy::Shift => Some(PayPolicy::Shift),
        wire::PayPolicy::PortalToPortal => Some(PayPolicy::PortalToPortal),
    }
}
