//! From the caller's ids and names to dense ids.

use journeyman_domain::Names;
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
        Self::known_and(noun, [], labels, limits, refuse)
    }

    /// The ids of a problem that was read before.
    pub(crate) fn known(noun: &'static str, labels: impl IntoIterator<Item = &'a String>) -> Self {
        let positions = labels.into_iter().enumerate().map(|(position, label)| (label.as_str(), position));
        Self { noun, positions: positions.collect() }
    }

    /// The ids of a problem that was read before, and new ones behind them, which must be new.
    pub(super) fn known_and(
        noun: &'static str,
        known: impl IntoIterator<Item = &'a String>,
        new: impl Iterator<Item = &'a str>,
        limits: &Limits,
        refuse: impl Fn(usize, ViolationCode, String),
    ) -> Self {
        let mut labels = Self::known(noun, known);
        let first = labels.positions.len();
        for (position, label) in new.enumerate() {
            if labels.positions.contains_key(label) {
                let text = format!("there is another {noun} with the id {:?}", shown(label));
                refuse(position, ViolationCode::Duplicate, text);
            } else if label.is_empty() {
                refuse(position, ViolationCode::Required, "needed".to_owned());
            } else if label.len() > limits.text_bytes {
                let text = format!("{} bytes; the limit is {}", label.len(), limits.text_bytes);
                refuse(position, ViolationCode::TooLong, text);
            } else {
                labels.positions.insert(label, first + position);
            }
        }
        labels
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
    pub(crate) fn get(&self, label: &str) -> Option<usize> {
        self.positions.get(label).copied()
    }

    /// The id at a position. O(ids).
    pub(super) fn label(&self, position: usize) -> Option<&'a str> {
        self.positions.iter().find(|(_, at)| **at == position).map(|(&label, _)| label)
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

/// Names that have no other data: skills, endorsements, tools, features, parts. In a request their dense ids are positions
/// in alphabetical order, so that its order does not matter; what an event adds to a day follows behind.
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
        let visits = problem.work_orders.iter().flat_map(|order| &order.visits);
        let spoken = Spoken::of(&problem.technicians, &problem.warehouses, visits);
        let [skills, endorsements, tools, features, skus] = spoken.0.map(|words| Vocabulary::new(&[], words));
        Self { skills, endorsements, tools, features, skus }
    }

    /// The names of a day that was read before, and those of what comes to it.
    pub(super) fn known(
        names: &'a Names,
        technicians: &'a [wire::Technician],
        visits: impl Iterator<Item = &'a wire::Visit>,
    ) -> Self {
        let known = [&names.skills, &names.endorsements, &names.tools, &names.features, &names.skus];
        let [skills, endorsements, tools, features, skus] = Spoken::of(technicians, &[], visits).0;
        let [of_skills, of_endorsements, of_tools, of_features, of_skus] = known;
        Self {
            skills: Vocabulary::new(of_skills, skills),
            endorsements: Vocabulary::new(of_endorsements, endorsements),
            tools: Vocabulary::new(of_tools, tools),
            features: Vocabulary::new(of_features, features),
            skus: Vocabulary::new(of_skus, skus),
        }
    }

    /// The names behind the first so many of each kind.
    pub(super) fn new_names(self, known: &Names) -> Names {
        let new = |words: Vocabulary<'_>, known: &[String]| words.into_names().split_off(known.len());
        Names {
            skills: new(self.skills, &known.skills),
            endorsements: new(self.endorsements, &known.endorsements),
            tools: new(self.tools, &known.tools),
            features: new(self.features, &known.features),
            skus: new(self.skus, &known.skus),
        }
    }
}

/// Names that are said somewhere: skills, endorsements, tools, features, parts.
struct Spoken<'a>([Vec<&'a str>; 5]);

impl<'a> Spoken<'a> {
    fn of(
        technicians: &'a [wire::Technician],
        warehouses: &'a [wire::Warehouse],
        visits: impl Iterator<Item = &'a wire::Visit>,
    ) -> Self {
        let mut words: [Vec<&str>; 5] = Default::default();
        let [skills, endorsements, tools, features, skus] = &mut words;
        for technician in technicians {
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
        for warehouse in warehouses {
            tools.extend(warehouse.tools.iter().map(String::as_str));
            skus.extend(warehouse.stock.iter().map(|entry| entry.sku.as_str()));
        }
        for visit in visits {
            skills.extend(visit.skills.iter().map(|s| s.skill.as_str()));
            endorsements.extend(visit.endorsements.iter().map(String::as_str));
            tools.extend(visit.tools.iter().map(String::as_str));
            features.extend(visit.vehicle_features.iter().map(String::as_str));
            skus.extend(visit.parts.iter().map(|part| part.sku.as_str()));
        }
        Self(words)
    }
}

/// Names of one kind, with their dense ids.
pub(super) struct Vocabulary<'a> {
    names: Vec<&'a str>,
    positions: FxHashMap<&'a str, usize>,
}

impl<'a> Vocabulary<'a> {
    /// Those that are known, and behind them the new ones of `said` in alphabetical order.
    fn new(known: &'a [String], mut said: Vec<&'a str>) -> Self {
        let mut names: Vec<&str> = known.iter().map(String::as_str).collect();
        let mut positions: FxHashMap<&str, usize> =
            names.iter().enumerate().map(|(at, &name)| (name, at)).collect();
        said.sort_unstable();
        for word in said {
            positions.entry(word).or_insert_with(|| {
                names.push(word);
                names.len() - 1
            });
        }
        Self { names, positions }
    }

    /// The position of a name, which must be given.
    pub(super) fn find(&self, at: &Field<'_>, word: &str, limits: &Limits) -> Option<usize> {
        if word.is_empty() {
            at.refuse(ViolationCode::Required, "needed");
        }
        if word.is_empty() || !at.short_enough(word, limits.text_bytes) {
            return None;
        }
        self.positions.get(word).copied()
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

    /// The names in the order of their ids.
    pub(super) fn into_names(self) -> Vec<String> {
        self.names.into_iter().map(str::to_owned).collect()
    }
}
