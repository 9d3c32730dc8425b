//! The page `docs/service_cycle.md` draws exactly the steps that the code allows.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use journeyman_desk::{PERMIT_STEPS, STEPS};

/// The arrows of each diagram of the page, without those of the start.
fn arrows() -> Vec<BTreeSet<(String, String)>> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/service_cycle.md");
    let text = fs::read_to_string(page).expect("the page is there");
    let arrow = |line: &str| {
        let (from, to) = line.split_once("-->")?;
        let to = to.split(':').next().unwrap_or(to);
        let pair = (from.trim().to_owned(), to.trim().to_owned());
        (pair.0 != "[*]").then_some(pair)
    };
    let diagrams = text.split("```").filter(|part| part.starts_with("mermaid"));
    diagrams.map(|diagram| diagram.lines().filter_map(arrow).collect()).collect()
}

fn pair(from: &str, to: &str) -> (String, String) {
    (from.to_owned(), to.to_owned())
}

#[test]
fn diagrams_and_code_have_the_same_steps() {
    let drawn = arrows();
    assert_eq!(drawn.len(), 2, "one diagram of work orders, one of permits");
    let coded: BTreeSet<_> = STEPS.iter().map(|(from, to)| pair(from.name(), to.name())).collect();
    assert_eq!(coded.len(), STEPS.len(), "a step is in the table twice");
    assert_eq!(drawn[0], coded);
    let coded: BTreeSet<_> = PERMIT_STEPS.iter().map(|(from, to)| pair(from.name(), to.name())).collect();
    assert_eq!(coded.len(), PERMIT_STEPS.len(), "a step is in the table twice");
    assert_eq!(drawn[1], coded);
}
