//! The rule book: service catalogue, jurisdictions, rates and messages, loaded from versioned TOML
//! and validated. No code yet: the service cycle brings it. It will decide nothing by itself.
