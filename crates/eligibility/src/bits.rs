//! A rectangle of bits.

/// Rows of bits, packed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct BitMatrix {
    words: Vec<u64>,
    words_per_row: usize,
}

impl BitMatrix {
    /// All false.
    pub(crate) fn new(rows: usize, columns: usize) -> Self {
        let words_per_row = columns.div_ceil(64);
        Self { words: vec![0; rows * words_per_row], words_per_row }
    }

    pub(crate) fn set(&mut self, row: usize, column: usize) {
        self.words[row * self.words_per_row + column / 64] |= 1 << (column % 64);
    }

    pub(crate) fn clear(&mut self, row: usize, column: usize) {
        self.words[row * self.words_per_row + column / 64] &= !(1 << (column % 64));
    }

    #[inline]
    pub(crate) fn get(&self, row: usize, column: usize) -> bool {
        self.words[row * self.words_per_row + column / 64] >> (column % 64) & 1 == 1
    }

    /// The words of a row; bit `c % 64` of word `c / 64` is column `c`.
    pub(crate) fn row(&self, row: usize) -> &[u64] {
        &self.words[row * self.words_per_row..][..self.words_per_row]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bit_is_found_where_it_was_set_and_nowhere_else() {
        let mut bits = BitMatrix::new(3, 130);
        for (row, column) in [(0, 0), (1, 63), (1, 64), (2, 129)] {
            bits.set(row, column);
            let cells = (0..3).flat_map(|r| (0..130).map(move |c| (r, c)));
            let set: Vec<_> = cells.filter(|&(r, c)| bits.get(r, c)).collect();
            // The bits are set in order of cells.
            assert_eq!(set.last(), Some(&(row, column)));
        }
        assert_eq!(bits.row(1), [1 << 63, 1, 0]);
        bits.clear(1, 64);
        assert!(!bits.get(1, 64) && bits.get(1, 63));
    }
}
