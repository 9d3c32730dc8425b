//! The rule books that come with the product. They are examples to start from: what is law in them
//! names its source, the rest says that it is assumed.

/// Utah: Washington County with St. George.
pub const UTAH_WASHINGTON: &str = include_str!("../books/utah_washington.toml");

/// Texas: Austin.
pub const TEXAS_AUSTIN: &str = include_str!("../books/texas_austin.toml");
