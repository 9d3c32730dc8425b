//! Road files: what is written is what is read, and nothing else is.

use std::fs;

use journeyman_travel::{RoadError, RoadNetwork, RoadPeriod};

use crate::town::{Town, written};

fn town() -> RoadNetwork {
    let mut evening = RoadPeriod { start_minute: 17 * 60, permille: RoadPeriod::FREE };
    evening.permille[3] = 2_500;
    let morning = RoadPeriod { start_minute: 6 * 60, permille: RoadPeriod::FREE };
    let town = Town::default()
        .way(&[0, 10, 20], "highway=primary")
        .way(&[10, 11, 12], "highway=residential")
        .way(&[0, 2, 12], "highway=residential")
        .rule((1, 10, 2), "no_left_turn");
    town.try_build(&[morning, evening]).expect("roads").0
}

#[test]
fn a_file_gives_back_the_roads_that_were_written() {
    for roads in [town(), town().with_hierarchy()] {
        let (folder, path) = written(b"what was there before");
        roads.save(&path).expect("a folder that can be written to");
        let read = RoadNetwork::load(&path).expect("a road file");
        assert_eq!(format!("{read:?}"), format!("{roads:?}"));
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1, "nothing is left beside it");
    }
}

#[test]
fn a_file_that_is_cut_off_anywhere_or_changed_anywhere_is_refused() {
    let (_folder, path) = written(b"");
    town().with_hierarchy().save(&path).expect("a folder that can be written to");
    let whole = fs::read(&path).expect("written");
    for length in 0..whole.len() {
        fs::write(&path, &whole[..length]).expect("writable");
        let error = RoadNetwork::load(&path).expect_err("cut off");
        assert!(matches!(error, RoadError::NotARoadFile | RoadError::Damaged { .. }), "{length}: {error}");
    }
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 0x10;
        fs::write(&path, &changed).expect("writable");
        let error = RoadNetwork::load(&path).expect_err("changed");
        assert!(!matches!(error, RoadError::File(_)), "{at}: {error}");
    }
}

#[test]
fn a_file_of_another_version_says_which() {
    let (_folder, path) = written(b"");
    town().save(&path).expect("a folder that can be written to");
    let mut bytes = fs::read(&path).expect("written");
    bytes[8] = 9;
    fs::write(&path, &bytes).expect("writable");
    assert_eq!(RoadNetwork::load(&path).expect_err("refused"), RoadError::Version { found: 9, known: 2 });
}

#[test]
fn numbers_that_fit_the_checksum_but_no_graph_are_refused_without_a_panic() {
    let (_folder, path) = written(b"");
    town().with_hierarchy().save(&path).expect("a folder that can be written to");
    let whole = fs::read(&path).expect("written");
    for at in (16..whole.len()).step_by(4) {
        let mut changed = whole.clone();
        changed[at..at + 4].copy_from_slice(&0x7fff_ff13_u32.to_le_bytes());
        let sum = crc32fast::hash(&changed[16..]);
        changed[12..16].copy_from_slice(&sum.to_le_bytes());
        fs::write(&path, &changed).expect("writable");
        // A weight or a length may be any number; everything else must fit.
        let _ = RoadNetwork::load(&path);
    }
}

#[test]
fn nothing_is_left_where_nothing_can_be_written() {
    let (folder, _) = written(b"");
    let error = town().save(&folder.path().join("no such folder/town.roads")).expect_err("no folder");
    assert!(matches!(error, RoadError::File(_)), "{error}");
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
    // A folder cannot be replaced by a file.
    fs::create_dir_all(folder.path().join("taken/inside")).expect("writable");
    town().save(&folder.path().join("taken")).expect_err("a folder is there");
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 2);
}
