//! Draws from a seed: shares that hold exactly, subsets, lognormal lengths, points around a center.

use journeyman_domain::GeoPoint;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_pcg::Pcg64;

/// Kilometers of a degree of latitude on a sphere of 6,371.0088 km.
const KILOMETERS_PER_DEGREE: f64 = 111.195_08;

/// The generator of a scenario; its stream is fixed by its authors, so a seed means the same day for ever.
pub(crate) fn generator(seed: u64) -> Pcg64 {
    Pcg64::seed_from_u64(seed)
}

/// `count` values in random order whose shares are `percents` as nearly as whole numbers can be (largest
/// remainders first, ties by order).
pub(crate) fn dealt<T: Copy>(count: usize, percents: &[(T, usize)], rng: &mut Pcg64) -> Vec<T> {
    let whole: usize = percents.iter().map(|&(_, percent)| percent).sum();
    assert!(whole > 0, "shares must add up to something");
    let mut by_remainder: Vec<usize> = (0..percents.len()).collect();
    by_remainder.sort_by_key(|&k| std::cmp::Reverse(count * percents[k].1 % whole));
    let mut sizes: Vec<usize> = percents.iter().map(|&(_, percent)| count * percent / whole).collect();
    let missing = count - sizes.iter().sum::<usize>();
    for &k in by_remainder.iter().take(missing) {
        sizes[k] += 1;
    }
    let mut values = Vec::with_capacity(count);
    for (&(value, _), size) in percents.iter().zip(sizes) {
        values.extend(std::iter::repeat_n(value, size));
    }
    values.shuffle(rng);
    values
}

/// `amount` different numbers below `length`, in increasing order.
pub(crate) fn subset(length: usize, amount: usize, rng: &mut Pcg64) -> Vec<usize> {
    let mut chosen = rand::seq::index::sample(rng, length, amount.min(length)).into_vec();
    chosen.sort_unstable();
    chosen
}

/// The point that lies `east` and `north` kilometers from `center` on the local plane.
///
/// # Panics
/// When it leaves the sphere's coordinates; scenarios stay within a hundred kilometers of their towns.
pub(crate) fn offset(center: GeoPoint, east: f64, north: f64) -> GeoPoint {
    let latitude = center.latitude() + north / KILOMETERS_PER_DEGREE;
    let longitude =
        center.longitude() + east / (KILOMETERS_PER_DEGREE * center.latitude().to_radians().cos());
    GeoPoint::from_degrees(latitude, longitude).expect("towns lie far from the poles and the date line")
}

/// Crow-fly kilometers on the local plane: within 0.1 % of the sphere over the size of a town.
pub(crate) fn kilometers(a: GeoPoint, b: GeoPoint) -> f64 {
    let (east, north) = east_and_north(a, b);
    north.hypot(east)
}

/// How many kilometers `there` lies east and north of `here` on the local plane.
pub(crate) fn east_and_north(here: GeoPoint, there: GeoPoint) -> (f64, f64) {
    let middle = f64::midpoint(here.latitude(), there.latitude()).to_radians();
    let north = (there.latitude() - here.latitude()) * KILOMETERS_PER_DEGREE;
    let east = (there.longitude() - here.longitude()) * KILOMETERS_PER_DEGREE * middle.cos();
    (east, north)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dealt_shares_are_exact_up_to_one() {
        for count in 0..50 {
            let values = dealt(count, &[('a', 15), ('b', 60), ('c', 25)], &mut generator(7));
            assert_eq!(values.len(), count);
            for (kind, percent) in [('a', 15), ('b', 60), ('c', 25)] {
                let have = values.iter().filter(|&&v| v == kind).count();
                assert!((have * 100).abs_diff(count * percent) < 100, "{have} of {count} are {kind}");
            }
        }
    }

    #[test]
    fn an_offset_lies_as_far_as_it_says() {
        let center = GeoPoint::from_degrees(37.0965, -113.5684).expect("inside");
        let there = offset(center, 3.0, -4.0);
        assert!((kilometers(center, there) - 5.0).abs() < 0.005);
    }
}
