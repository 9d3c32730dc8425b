//! A small set of nodes, or of cuts, as machine words.

/// A set over `0..64·W`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Bits<const W: usize>([u64; W]);

impl<const W: usize> Bits<W> {
    /// Nothing.
    pub(crate) const EMPTY: Self = Self([0; W]);

    #[inline]
    pub(crate) fn set(&mut self, at: usize) {
        self.0[at / 64] |= 1 << (at % 64);
    }

    #[inline]
    pub(super) fn clear(&mut self, at: usize) {
        self.0[at / 64] &= !(1 << (at % 64));
    }

    /// Drops what is not in `other`.
    #[inline]
    pub(super) fn keep(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0).for_each(|(word, other)| *word &= other);
    }

    /// Takes out what is in both and puts in what is in `other` only.
    #[inline]
    pub(crate) fn flip(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0).for_each(|(word, other)| *word ^= other);
    }

    #[inline]
    pub(super) fn has(&self, at: usize) -> bool {
        self.0[at / 64] >> (at % 64) & 1 == 1
    }

    /// The elements of `self` that are not in `other`, ascending.
    #[inline]
    pub(super) fn without(&self, other: &Self) -> impl Iterator<Item = usize> + use<W> {
        let mut words = self.0;
        words.iter_mut().zip(other.0).for_each(|(word, other)| *word &= !other);
        elements(words)
    }

    /// The elements of both, ascending.
    #[inline]
    pub(crate) fn common(&self, other: &Self) -> impl Iterator<Item = usize> + use<W> {
        let mut words = self.0;
        words.iter_mut().zip(other.0).for_each(|(word, other)| *word &= other);
        elements(words)
    }
}

#[inline]
fn elements<const W: usize>(words: [u64; W]) -> impl Iterator<Item = usize> + use<W> {
    words.into_iter().enumerate().flat_map(|(at, mut word)| {
        std::iter::from_fn(move || {
            let bit = (word != 0).then(|| word.trailing_zeros() as usize)?;
            word &= word - 1;
            Some(64 * at + bit)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_is_found_and_differences_are_in_order() {
        let (mut one, mut other) = (Bits::<3>::EMPTY, Bits::<3>::EMPTY);
        [0, 63, 64, 130, 191].iter().for_each(|&at| one.set(at));
        [63, 100].iter().for_each(|&at| other.set(at));
        one.clear(191);
        assert!(one.has(130) && !one.has(191));
        assert_eq!(one.without(&other).collect::<Vec<_>>(), [0, 64, 130]);
        assert_eq!(one.common(&other).collect::<Vec<_>>(), [63]);
        one.flip(&other);
        assert_eq!(one.without(&Bits::EMPTY).collect::<Vec<_>>(), [0, 64, 100, 130]);
    }
}
