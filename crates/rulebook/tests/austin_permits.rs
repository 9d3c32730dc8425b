//! Permits of the City of Austin: all of that work needed a permit, so "no permit" is wrong for each of them.

use std::fs::File;
use std::path::Path;

use flate2::read::GzDecoder;
use journeyman_rulebook::{CallFacts, PermitNeed, RuleBook, TEXAS_AUSTIN, UTAH_WASHINGTON};
use journeyman_testkit::benchmark_data;
use rand::SeedableRng;
use rand::seq::IndexedRandom;
use rand_pcg::Pcg64Mcg;

const FILE: &str = "austin_electrical_permits/austin_electrical_permits_2014_2016.csv.gz";
/// The draw; fixed before anything was measured.
const SEED: u64 = 8842;
const DRAWN: usize = 500;

fn descriptions(folder: &Path) -> Vec<String> {
    let file = File::open(folder.join(FILE)).expect("the data folder holds the permits of Austin");
    let mut rows = csv::Reader::from_reader(GzDecoder::new(file));
    let headers = rows.headers().expect("the table has a head").clone();
    let column = headers.iter().position(|name| name == "work_description_140").expect("the column is there");
    let texts = rows.records().map(|row| row.expect("rows are well formed")[column].trim().to_owned());
    texts.filter(|text| !text.is_empty()).collect()
}

#[test]
fn permitted_work_is_hardly_ever_confidently_called_permit_free() {
    let Some(folder) = benchmark_data() else { return };
    let all = descriptions(&folder);
    let mut random = Pcg64Mcg::seed_from_u64(SEED);
    let drawn: Vec<&String> = all.choose_multiple(&mut random, DRAWN).collect();
    assert_eq!(drawn.len(), DRAWN);
    for (name, text) in [("Utah", UTAH_WASHINGTON), ("Texas", TEXAS_AUSTIN)] {
        let book = RuleBook::parse(text).expect("the shipped book is valid");
        let (mut needed, mut missed) = (0, Vec::new());
        for description in &drawn {
            let facts = CallFacts { symptom: (*description).clone(), ..CallFacts::default() };
            let answer = book.qualify(&facts);
            match answer.permit {
                PermitNeed::Needed(_) => needed += 1,
                PermitNeed::NotNeeded => missed.push(description.as_str()),
                PermitNeed::Unclear => {}
            }
        }
        let numbers = format!("{name}: {} called permit-free, {needed} permitted, of {DRAWN}", missed.len());
        assert!(missed.len() * 100 <= DRAWN * 2, "{numbers}: {missed:#?}");
        // A book that asks a person about everything would pass the line above.
        assert!(needed * 2 >= DRAWN, "{numbers}");
    }
}
