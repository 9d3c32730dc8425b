//! Classes of roads, and how fast each is driven where no sign says so.

/// How a road is built and used: OpenStreetMap's `highway`, as far as cars drive on it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u8)]
#[expect(missing_docs, reason = "the words of OpenStreetMap, which explains them better")]
pub enum RoadClass {
    Motorway,
    MotorwayLink,
    Trunk,
    TrunkLink,
    Primary,
    PrimaryLink,
    Secondary,
    SecondaryLink,
    Tertiary,
    TertiaryLink,
    Unclassified,
    Residential,
    LivingStreet,
    Service,
    Road,
}

/// Tag, class, and the speed driven without a sign in kilometers an hour: what traffic, crossings and bends leave of
/// the limits that such roads usually have. The order is that of the discriminants.
const TABLE: [(&str, RoadClass, u32); RoadClass::COUNT] = [
    ("motorway", RoadClass::Motorway, 90),
    ("motorway_link", RoadClass::MotorwayLink, 45),
    ("trunk", RoadClass::Trunk, 85),
    ("trunk_link", RoadClass::TrunkLink, 40),
    ("primary", RoadClass::Primary, 65),
    ("primary_link", RoadClass::PrimaryLink, 30),
    ("secondary", RoadClass::Secondary, 55),
    ("secondary_link", RoadClass::SecondaryLink, 25),
    ("tertiary", RoadClass::Tertiary, 40),
    ("tertiary_link", RoadClass::TertiaryLink, 20),
    ("unclassified", RoadClass::Unclassified, 25),
    ("residential", RoadClass::Residential, 25),
    ("living_street", RoadClass::LivingStreet, 10),
    ("service", RoadClass::Service, 15),
    ("road", RoadClass::Road, 25),
];

impl RoadClass {
    /// How many there are.
    pub const COUNT: usize = 15;

    /// The class of a value of `highway`; none where cars do not drive.
    pub fn of_tag(highway: &str) -> Option<Self> {
        TABLE.iter().find(|row| row.0 == highway).map(|row| row.1)
    }

    /// The class with a discriminant.
    pub(crate) fn of_index(index: u8) -> Option<Self> {
        TABLE.get(usize::from(index)).map(|row| row.1)
    }

    /// The value of `highway`.
    pub fn tag(self) -> &'static str {
        TABLE[self.index()].0
    }

    /// Its place in tables by class.
    pub fn index(self) -> usize {
        self as usize
    }

    /// The speed driven without a sign, in meters an hour.
    pub fn default_speed(self) -> u32 {
        TABLE[self.index()].2 * 1_000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_discriminants() {
        for (index, row) in TABLE.iter().enumerate() {
            assert_eq!(row.1.index(), index, "{}", row.0);
            assert_eq!(RoadClass::of_tag(row.0), Some(row.1));
        }
    }
}
