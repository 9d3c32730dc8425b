//! From the caller's ids and names to dense ids.

use rustc_hash::FxHashMap;

use super::clock::shown;
use crate::limits::Limits;
use crate::violation::{Field, ViolationCode};
use crate::wire;

/// The ids of one kind of thing.
pub(crate) struct Labels<'a> {
    noun: &'static str,
    positions: FxHashMap<&'a str, usize>,
}

impl<'a> Labels<'a> {
    /// Learns ids in order. `label_field` gives the field of the id at a position.
    pub(super) fn learn(
        noun: &'static str,
        labels: impl Iterator<Item = &'a str>,
        limits: &Limits,
        refuse: impl Fn(usize, ViolationCode, String),
    ) -> Self {
        let mut positions = FxHashMap::default();
        for (position, label) in labels.enumerate() {
            if label.is_empty() {
                refuse(position, ViolationCode::Required, "needed".to_owned());
            } else if label.len() > limits.text_bytes {
                let text = format!("{} bytes; the limit is {}", label.len(), limits.text_bytes);
                refuse(position, ViolationCode::TooLong, text);
            } else if positions.contains_key(label) {
                let text = format!("there is another {noun} with the id {:?}", shown(label));
                refuse(position, ViolationCode::Duplicate, text);
            } else {
                positions.insert(label, position);
            }
        }
        Self { noun, positions }
    }

    /// The ids of a problem that was read before.
    pub(crate) fn known(noun: &'static str, labels: impl IntoIterator<Item = &'a String>) -> Self {
        let positions = labels.into_iter().enumerate().map(|(position, label)| (label.as_str(), position));
        Self { noun, positions: positions.collect() }
    }

    /// The position of an id; nothing when there is none, which is refused.
    pub(crate) fn find(&self, at: &Field<'_>, label: &str) -> Option<usize> {
        let found = self.get(label);
        if label.is_empty() {
            at.refuse(ViolationCode::Required, format_args!("needed, the id of a {}", self.noun));
        } else if found.is_none() {
            let text = format_args!("there is no {} with the id {:?}", self.noun, shown(label));
            at.refuse(ViolationCode::UnknownId, text);
        }
        found
    }

    /// The position of an id.
    pub(super) fn get(&self, label: &str) -> Option<usize> {
        self.positions.get(label).copied()
    }

    /// Positions of a list of ids, sorted; doubles are refused.
    pub(super) fn find_all(&self, at: &Field<'_>, labels: &[String], limits: &Limits) -> Vec<usize> {
        if !at.at_most(labels.len(), limits.list_entries) {
            return Vec::new();
        }
        let found =
            labels.iter().enumerate().filter_map(|(i, label)| Some((self.find(&at.index(i), label)?, i)));
        sorted_once(at, found.collect(), |position| *position)
    }
}

/// Sorts entries by key and refuses those whose key is taken; the numbers are positions in the caller's list.
pub(super) fn sorted_once<T, K: Ord>(
    at: &Field<'_>,
    mut entries: Vec<(T, usize)>,
    key: impl Fn(&T) -> K,
) -> Vec<T> {
    entries.sort_by_key(|a| (key(&a.0), a.1));
    let mut kept: Vec<T> = Vec::with_capacity(entries.len());
    for (entry, index) in entries {
        if kept.last().is_some_and(|last| key(last) == key(&entry)) {
            at.index(index).refuse(ViolationCode::Duplicate, "is in the list already");
        } else {
            kept.push(entry);
        }
    }
    kept
}

/// Names that have no other data: skills, endorsements, tools, features, parts. Their dense ids are positions in
/// alphabetical order, so that the order of a request does not matter.
pub(super) struct Words<'a> {
    pub(super) skills: Vocabulary<'a>,
    pub(super) endorsements: Vocabulary<'a>,
    pub(super) tools: Vocabulary<'a>,
    pub(super) features: Vocabulary<'a>,
    pub(super) skus: Vocabulary<'a>,
}

impl<'a> Words<'a> {
    /// Collects every name of a problem.
    pub(super) fn collect(problem: &'a wire::Problem) -> Self {
        let mut words: [Vec<&str>; 5] = Default::default();
        let [skills, endorsements, tools, features, skus] = &mut words;
        for technician in &problem.technicians {
            skills.extend(technician.skills.iter().map(|s| s.skill.as_str()));
            for license in &technician.licenses {
                endorsements.extend(license.endorsements.iter().map(String::as_str));
            }
            if let Some(van) = &technician.van {
                tools.extend(van.tools.iter().map(String::as_str));
                features.extend(van.features.iter().map(String::as_str));
                skus.extend(van.stock.iter().map(|part| part.sku.as_str()));
            }
        }
        for warehouse in &problem.warehouses {
            tools.extend(warehouse.tools.iter().map(String::as_str));
            skus.extend(warehouse.stock.iter().map(|entry| entry.sku.as_str()));
        }
        for visit in problem.work_orders.iter().flat_map(|order| &order.visits) {
            skills.extend(visit.skills.iter().map(|s| s.skill.as_str()));
            endorsements.extend(visit.endorsements.iter().map(String::as_str));
            tools.extend(visit.tools.iter().map(String::as_str));
            features.extend(visit.vehicle_features.iter().map(String::as_str));
            skus.extend(visit.parts.iter().map(|part| part.sku.as_str()));
        }
        let [skills, endorsements, tools, features, skus] = words.map(Vocabulary::of);
        Self { skills, endorsements, tools, features, skus }
    }
}

/// Names of one kind.
pub(super) struct Vocabulary<'a>(Vec<&'a str>);

impl<'a> Vocabulary<'a> {
    fn of(mut words: Vec<&'a str>) -> Self {
        words.sort_unstable();
        words.dedup();
        Self(words)
    }

    /// The position of a name, which must be given.
    pub(super) fn find(&self, at: &Field<'_>, word: &str, limits: &Limits) -> Option<usize> {
        if word.is_empty() {
            at.refuse(ViolationCode::Required, "needed");
        }
        if word.is_empty() || !at.short_enough(word, limits.text_bytes) {
            return None;
        }
        self.0.binary_search(&word).ok()
    }

    /// Positions of a list of names, sorted; doubles are refused.
    pub(super) fn find_all(&self, at: &Field<'_>, words: &[String], limits: &Limits) -> Vec<usize> {
        if !at.at_most(words.len(), limits.list_entries) {
            return Vec::new();
        }
        let found = words
            .iter()
            .enumerate()
            .filter_map(|(i, word)| Some((self.find(&at.index(i), word, limits)?, i)));
        sorted_once(at, found.collect(), |position| *position)
    }

    /// The names in order.
    pub(super) fn into_names(self) -> Vec<String> {
        self.0.into_iter().map(str::to_owned).collect()
    }
}
