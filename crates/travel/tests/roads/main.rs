//! Roads: reading, snapping, legs against an oracle of their own, files.

mod extract;
mod files;
mod legs;
mod oracle;
mod real;
mod signs;
mod snap;
mod town;

use journeyman_domain::GeoPoint;

fn point(latitude: f64, longitude: f64) -> GeoPoint {
    GeoPoint::from_degrees(latitude, longitude).expect("tests use valid degrees")
}

/// Numbers that look random: the same on every machine.
struct Draw(u64);

impl Draw {
    fn below(&mut self, limit: u64) -> u64 {
        // splitmix64
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }

    fn around(&mut self, point: GeoPoint, e7_max: i32) -> GeoPoint {
        let width = u64::try_from(2 * e7_max + 1).expect("positive");
        let mut by = || i32::try_from(self.below(width)).expect("small") - e7_max;
        let (latitude, longitude) = point.e7();
        GeoPoint::from_e7(latitude + by(), longitude + by()).expect("not at the edge of the world")
    }
}
