//! Parts on vans and in warehouses, and what of them is set aside. A part that is not listed is not there.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use journeyman_rulebook::PartNeed;

/// Where parts lie.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Location {
    /// In the van of this technician.
    Van(String),
    /// In this warehouse.
    Warehouse(String),
}

/// One part at one location.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct StockLine {
    /// Pieces there, reserved ones included.
    pub quantity: i64,
    /// Pieces of them that are set aside for visits.
    pub reserved: i64,
    /// Pieces on order.
    pub expected_quantity: i64,
    /// When they come; none: nobody knows.
    pub expected: Option<Timestamp>,
}

impl StockLine {
    /// Pieces that nobody has set aside; never negative.
    pub fn free(&self) -> i64 {
        (self.quantity - self.reserved).max(0)
    }
}

/// Pieces set aside for a visit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reservation {
    /// Where.
    pub location: Location,
    /// What.
    pub sku: String,
    /// How many.
    pub quantity: i64,
}

/// One thing to load in the morning.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct PullLine {
    /// Where from.
    pub warehouse: String,
    /// What.
    pub sku: String,
    /// For which visit.
    pub visit: String,
    /// How many.
    pub quantity: i64,
}

/// All parts of a desk, ordered by location and part.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Stock {
    lines: Arc<BTreeMap<(Location, String), StockLine>>,
}

impl Stock {
    /// Every line.
    pub fn lines(&self) -> impl Iterator<Item = (&Location, &str, &StockLine)> {
        self.lines.iter().map(|((location, sku), line)| (location, sku.as_str(), line))
    }

    /// One line; a part that was never there has an empty one.
    pub fn line(&self, location: &Location, sku: &str) -> StockLine {
        self.lines.get(&(location.clone(), sku.to_owned())).cloned().unwrap_or_default()
    }

    pub(crate) fn line_mut(&mut self, location: &Location, sku: &str) -> &mut StockLine {
        Arc::make_mut(&mut self.lines).entry((location.clone(), sku.to_owned())).or_default()
    }

    /// Free pieces of every part, wherever they lie.
    pub(crate) fn free(&self) -> BTreeMap<&str, i64> {
        let mut free = BTreeMap::new();
        for (_, sku, line) in self.lines() {
            *free.entry(sku).or_default() += line.free();
        }
        free
    }

    /// What would be set aside for a technician: from the van first, then from warehouses in their order; or the
    /// parts of which there is too little. Other technicians' vans are not for him.
    pub(crate) fn allot(
        &self,
        technician: &str,
        needs: &[PartNeed],
    ) -> Result<Vec<Reservation>, Vec<PartNeed>> {
        let (mut taken, mut missing) = (Vec::new(), Vec::new());
        for need in needs {
            let mut left = i64::from(need.quantity);
            let van = Location::Van(technician.to_owned());
            let warehouses = self.lines().map(|(location, ..)| location);
            let mut locations: Vec<&Location> =
                warehouses.filter(|location| matches!(location, Location::Warehouse(_))).collect();
            locations.dedup();
            for location in std::iter::once(&van).chain(locations) {
                let quantity = self.line(location, &need.sku).free().min(left);
                if quantity > 0 {
                    left -= quantity;
                    taken.push(Reservation { location: location.clone(), sku: need.sku.clone(), quantity });
                }
            }
            if left > 0 {
                let quantity = u32::try_from(left).expect("at most the need, which is a u32");
                missing.push(PartNeed { sku: need.sku.clone(), quantity });
            }
        }
        if missing.is_empty() { Ok(taken) } else { Err(missing) }
    }

    pub(crate) fn reserve(&mut self, reservations: &[Reservation]) {
        for reservation in reservations {
            self.line_mut(&reservation.location, &reservation.sku).reserved += reservation.quantity;
        }
    }

    pub(crate) fn release(&mut self, reservations: &[Reservation]) {
        for reservation in reservations {
            let line = self.line_mut(&reservation.location, &reservation.sku);
            line.reserved = (line.reserved - reservation.quantity).max(0);
        }
    }

    /// Takes used parts out: of where they were set aside first, the rest of the technician's van. A van that had
    /// fewer than were used was counted wrong, and has none.
    pub(crate) fn consume(&mut self, technician: &str, reservations: &[Reservation], used: &[PartNeed]) {
        self.release(reservations);
        for part in used {
            let mut left = i64::from(part.quantity);
            let set_aside = reservations.iter().filter(|reservation| reservation.sku == part.sku);
            for reservation in set_aside {
                let line = self.line_mut(&reservation.location, &part.sku);
                let quantity = reservation.quantity.min(left).min(line.quantity);
                line.quantity -= quantity;
                left -= quantity;
            }
            if left > 0 {
                let line = self.line_mut(&Location::Van(technician.to_owned()), &part.sku);
                line.quantity = (line.quantity - left).max(0);
            }
        }
    }
}
