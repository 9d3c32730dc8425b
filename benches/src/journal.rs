//! Where a bench keeps a journal, and what its disk takes for one write.

use std::error::Error;
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Writes that are timed.
const WRITES: usize = 200;

/// A folder for a journal, emptied now and removed when dropped.
#[derive(Debug)]
pub struct JournalFolder(PathBuf);

impl JournalFolder {
    /// Below a folder on the disk that is to be measured.
    ///
    /// # Errors
    /// Where it can't be made.
    pub fn below(folder: PathBuf) -> Result<Self, Box<dyn Error>> {
        let folder = folder.join("journeyman-bench-journal");
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        std::fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }

    /// Its path.
    pub fn path(&self) -> &std::path::Path {
        &self.0
    }

    /// The median time of a small write that is on the disk when it returns.
    ///
    /// # Errors
    /// Where the disk refuses.
    #[expect(clippy::disallowed_methods, reason = "times the disk")]
    pub fn write_time(&self) -> Result<Duration, Box<dyn Error>> {
        let path = self.0.join("write");
        let mut file = File::create(&path)?;
        let mut waits = Vec::with_capacity(WRITES);
        for _ in 0..WRITES {
            let begin = Instant::now();
            file.write_all(&[7; 4_096])?;
            file.sync_data()?;
            waits.push(begin.elapsed());
        }
        std::fs::remove_file(path)?;
        waits.sort_unstable();
        Ok(waits[WRITES / 2])
    }
}

impl Drop for JournalFolder {
    fn drop(&mut self) {
        // What is left is in the way of nobody.
        std::fs::remove_dir_all(&self.0).ok();
    }
}
