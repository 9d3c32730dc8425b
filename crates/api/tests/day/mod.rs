//! A day that uses every field of the contract, as a text to be changed.

#![allow(dead_code, unreachable_pub, reason = "shared by test programs, each of which uses a part")]

use journeyman_api::json::from_json;
use journeyman_api::wire;
use serde_json::Value;

/// The day.
pub fn every_field() -> wire::SolveRequest {
    from_json(include_bytes!("day.json"), 1 << 20).expect("the example is well formed")
}

/// The day as a tree.
pub fn every_field_json() -> Value {
    serde_json::from_str(include_str!("day.json")).expect("the example is JSON")
}
