//! A person with licenses, skills and a van.

use crate::{FeatureId, License, PartDemand, SkillId, SkuId, ToolId};

/// A skill at a level; the higher the better.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SkillLevel {
    /// The skill.
    pub skill: SkillId,
    /// The level, from 1 up.
    pub level: u8,
}

/// A person who can be sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Technician {
    /// The caller's id.
    pub label: String,
    /// The name people read; the label when none was given.
    pub name: String,
    /// Licenses, in the caller's order.
    pub licenses: Vec<License>,
    /// Skills, sorted by skill, one entry each.
    pub skills: Vec<SkillLevel>,
    /// The van.
    pub van: Van,
}

impl Technician {
    /// The level in `skill`, 0 when the technician lacks it.
    pub fn level(&self, skill: SkillId) -> u8 {
        self.skills.binary_search_by_key(&skill, |s| s.skill).map_or(0, |at| self.skills[at].level)
    }
}

/// What a technician drives and carries at the start of the horizon.
///
/// With several shifts the stock is shared by all of them: it is counted once.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Van {
    /// Tools on board, sorted.
    pub tools: Vec<ToolId>,
    /// Features of the vehicle, sorted.
    pub features: Vec<FeatureId>,
    /// Parts on board, sorted by part, one entry each.
    pub stock: Vec<PartDemand>,
    /// The most load that a route may carry; none: no limit.
    pub load_capacity: Option<i64>,
}

impl Van {
    /// How many of `sku` are on board.
    pub fn stock_of(&self, sku: SkuId) -> u32 {
        self.stock.binary_search_by_key(&sku, |s| s.sku).map_or(0, |at| self.stock[at].quantity)
    }
}
