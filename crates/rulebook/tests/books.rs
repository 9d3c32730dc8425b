//! The shipped books as `desk` will read them, and texts that are no rule book: each refusal names its key.

use journeyman_domain::LicenseClass;
use journeyman_rulebook::{
    Cents, Endorsement, Filing, MessageKind, MessageValues, PartPolicy, RuleBook, RuleBookError,
    TEXAS_AUSTIN, UTAH_WASHINGTON, WorkSpan,
};

fn utah() -> RuleBook {
    RuleBook::parse(UTAH_WASHINGTON).unwrap_or_else(|error| panic!("the shipped book is valid: {error}"))
}

fn texas() -> RuleBook {
    RuleBook::parse(TEXAS_AUSTIN).unwrap_or_else(|error| panic!("the shipped book is valid: {error}"))
}

/// The Utah book with its first `from` replaced.
fn broken(from: &str, to: &str) -> RuleBookError {
    assert!(UTAH_WASHINGTON.contains(from), "the shipped book holds `{from}`");
    let text = UTAH_WASHINGTON.replacen(from, to, 1);
    RuleBook::parse(&text).expect_err("the text is broken")
}

#[test]
fn shipped_books_answer_what_a_desk_asks() {
    let book = utah();
    let panel = book.service("panel-upgrade").expect("it is in the catalogue");
    assert_eq!(panel.requirement.license, LicenseClass::Master);
    assert_eq!(panel.permit_kind.as_deref(), Some("electrical-service"));
    assert!(panel.requirement.parts.iter().all(|part| book.part_price(&part.sku).is_some()));
    assert_eq!(book.part_price("PANEL-200"), Some(Cents::new(64_500)));
    assert_eq!(panel.labor_rate.per_hour, Cents::new(11_500));
    assert!(panel.duration.mean() > panel.duration.median());
    assert_eq!(
        panel.close_out.missing(&["panel-before", "grounding", "labels", "work-done"]),
        ["panel-after", "load-calculation", "utility-disconnect"]
    );
    assert_eq!(book.service("plumbing"), None);
}

#[test]
fn book_keeps_the_text_it_was_read_from_and_is_read_from_it_again() {
    for (book, text) in [(utah(), UTAH_WASHINGTON), (texas(), TEXAS_AUSTIN)] {
        assert_eq!(book.text(), text);
        assert_eq!(RuleBook::parse(book.text()), Ok(book));
    }
    // Words that mean the same are another text, and that is another book.
    let amended = format!("{UTAH_WASHINGTON}\n# amended\n");
    assert_ne!(RuleBook::parse(&amended), Ok(utah()));
}

#[test]
fn innermost_jurisdiction_issues_the_permit_and_the_outer_one_rules_the_rest() {
    let book = utah();
    let (city, rule) = book.permit_rule("us-ut-st-george", "electrical").expect("the city issues it");
    assert_eq!(city.id, "us-ut-st-george");
    assert!(matches!(&rule.filing, Filing::Digital { adapter } if adapter == "st-george"));
    let (_, rule) = book.permit_rule("us-ut-washington", "electrical").expect("the county issues it");
    assert!(matches!(&rule.filing, Filing::Manual { documents } if documents.len() == 3));
    let ratio = book.supervision("us-ut-st-george").expect("the state rules it");
    assert_eq!((ratio.apprentices_max, ratio.apprentices_max_residential), (1, 3));
    assert_eq!(book.permit_rule("us-nv", "electrical"), None);
}

#[test]
fn license_of_another_state_counts_up_to_a_class_where_a_book_says_so() {
    assert!(utah().jurisdictions().iter().all(|jurisdiction| jurisdiction.reciprocity.is_empty()));
    let text = UTAH_WASHINGTON.replacen(
        "reciprocity = []",
        "reciprocity = [{ issued_in = \"us-id\", class_max = \"journeyman\" }]",
        1,
    );
    let book = RuleBook::parse(&text).expect("the rule is well written");
    let state = book.jurisdiction("us-ut").expect("it is in the book");
    assert_eq!(state.reciprocity.len(), 1);
    assert_eq!(state.reciprocity[0].class_max, LicenseClass::Journeyman);
}

#[test]
fn work_longer_than_a_shift_is_staged_or_refused_by_name() {
    for book in [utah(), texas()] {
        let remodel = book.service("remodel-wiring").expect("it is in the catalogue");
        let WorkSpan::Stages(stages) = &remodel.span else { panic!("{remodel:?}") };
        assert_eq!(stages[0].inspection_after.as_deref(), Some("rough-in"));
        let build_out = book.service("commercial-build-out").expect("it is in the catalogue");
        assert!(matches!(&build_out.span, WorkSpan::Refused(reason) if reason.contains("estimator")));
    }
}

#[test]
fn work_on_shops_asks_for_a_license_that_is_not_limited_to_dwellings() {
    for book in [utah(), texas()] {
        for code in ["commercial-service", "commercial-lighting", "commercial-build-out"] {
            let service = book.service(code).expect("it is in the catalogue");
            assert_eq!(service.requirement.endorsement, Some(Endorsement::Commercial), "{code}");
        }
        let outlet = book.service("device-repair").expect("it is in the catalogue");
        assert_eq!(outlet.requirement.endorsement, None);
    }
}

#[test]
fn books_differ_where_the_states_do() {
    assert_eq!(utah().part_policy(), &PartPolicy::HoldVisit);
    let assessment = PartPolicy::SiteAssessment { service_code: "safety-inspection".to_owned() };
    assert_eq!(texas().part_policy(), &assessment);
    assert!(matches!(texas().service("sign").map(|sign| &sign.span), Some(WorkSpan::Refused(_))));
    assert!(matches!(utah().service("sign").map(|sign| &sign.span), Some(WorkSpan::OneVisit)));
}

#[test]
fn every_message_is_written_from_the_values_of_its_moment() {
    let values = MessageValues {
        company: Some("Acme"),
        customer: Some("Ms. Ortiz"),
        work_order: Some("WO-8842"),
        service: Some("Breaker trips"),
        address: Some("12 Elm St"),
        technician: Some("Sam"),
        window: Some("between 9 and 11"),
        eta: Some("about 9:40"),
        reschedule_link: Some("https://example.com/r/1"),
    };
    for book in [utah(), texas()] {
        for kind in MessageKind::ALL {
            let message = book.message(kind).render(&values).expect("all values are given");
            assert!(message.starts_with("Acme: ") && !message.contains('{'), "{message}");
        }
        assert!(book.quiet_hours().contain(3 * 60) && !book.quiet_hours().contain(12 * 60));
    }
}

#[test]
fn text_that_is_no_toml_is_placed_by_its_line() {
    let error = broken("[labor_rate]", "[labor_rate");
    let RuleBookError::Syntax { line, text, .. } = &error else { panic!("{error:?}") };
    assert!(*line > 1 && text == "[labor_rate", "{error}");
}

#[test]
fn key_that_is_unknown_or_of_another_type_is_refused_with_its_path_and_line() {
    for (from, to, path, problem) in [
        ("company = ", "companny = ", "companny", "unknown field `companny`"),
        ("company = ", "companny = ", "company", "is missing"),
        ("license = \"master\"", "license = \"wizard\"", "service[panel-upgrade].license", "unknown variant"),
        (
            "median_minutes = 75",
            "median_minutes = \"75\"",
            "service[breaker-trip].median_minutes",
            "number from 0",
        ),
        (
            "median_minutes = 75",
            "median_minutes = -1",
            "service[breaker-trip].median_minutes",
            "number from 0",
        ),
        (
            "intake = [\"site\"",
            "intake = [\"shoe size\"",
            "qualification.intake[0]",
            "unknown variant `shoe size`",
        ),
        ("adapter = \"st-george\"", "adaptor = \"st-george\"", "filing.digital.adaptor", "adaptor"),
    ] {
        let error = broken(from, to);
        let RuleBookError::Invalid { violations } = &error else { panic!("{to}: {error:?}") };
        let named =
            violations.iter().any(|found| found.path.ends_with(path) && found.problem.contains(problem));
        assert!(named, "{to}: {error}");
    }
}

#[test]
fn value_against_the_rules_is_refused_with_its_key_and_limit() {
    for (from, to, path, problem) in [
        ("shift_minutes_max = 600", "shift_minutes_max = 6000", "shift_minutes_max", "60 to 960"),
        ("cents_per_hour = 14500", "cents_per_hour = 0", "labor_rate.service.cents_per_hour", "1 to"),
        ("cents = 1450 ", "cents = -1 ", "part.BRK-20-1P.cents", "-1 is not within 0"),
        ("threshold = 0.50", "threshold = 0.2", "qualification.threshold", "0.2 is not within 0.5"),
        ("temperature = 1.2", "temperature = 0.0", "qualification.temperature", "0.1 to 10"),
        (
            "\"breaker trip\" = 9",
            "\"breaker trip\" = 99",
            "service[breaker-trip].words.\"breaker trip\"",
            "-12 to 12",
        ),
        ("\"breaker trip\" = 9", "\"!!\" = 9", "service[breaker-trip].words.\"!!\"", "holds no word"),
        (
            "\"breaker flip\" = 8",
            "\"breaker trips\" = 8",
            "service[breaker-trip].words.\"breaker trips\"",
            "same stems",
        ),
        ("labor_rate = \"service\"", "labor_rate = \"gold\"", "service[breaker-trip].labor_rate", "`gold`"),
        ("parts = { BRK-20-1P = 1 }", "parts = { NUT = 1 }", "service[breaker-trip].parts.NUT", "no price"),
        (
            "parts = { BRK-20-1P = 1 }",
            "parts = { BRK-20-1P = 0 }",
            "service[breaker-trip].parts.BRK-20-1P",
            "1 to",
        ),
        (
            "median_minutes = 75",
            "median_minutes = 700",
            "service[breaker-trip].median_minutes",
            "a shift 600",
        ),
        (
            "median_minutes = 1320",
            "median_minutes = 1321",
            "service[remodel-wiring].median_minutes",
            "stages take 1320",
        ),
        ("permit = \"none\"", "permit = \"plumbing\"", "service[breaker-trip].permit", "`us-ut-st-george`"),
        (
            "inspection_after = \"rough-in\"",
            "inspection_after = \"x\"",
            "service[remodel-wiring].stage[0].inspection_after",
            "`x`",
        ),
        ("code = \"power-loss\"", "code = \"hazard\"", "service", "`hazard` is given twice"),
        ("photos = [\"panel-before\", ", "photos = [\"cause\", ", "service[breaker-trip].notes", "`cause`"),
        (
            "p50 = 5, p90 = 12",
            "p50 = 50, p90 = 12",
            "jurisdiction[us-ut-washington].permit[electrical].lead_days.p50",
            "50",
        ),
        ("parent = \"us-ut\"", "parent = \"us-xx\"", "jurisdiction[us-ut-washington].parent", "`us-xx`"),
        (
            "parent = \"us-ut\"",
            "parent = \"us-ut-st-george\"",
            "jurisdiction[us-ut-washington].parent",
            "leads back",
        ),
        (
            "apprentices_max = 1",
            "apprentices_max = 200",
            "jurisdiction[us-ut].supervision.apprentices_max",
            "0 to 20",
        ),
        (
            "name = \"trim and test\"",
            "name = \"trim and test\"\ninspection_after = \"final\"",
            "service[remodel-wiring].stage[2].inspection_after",
            "the last stage",
        ),
        (
            "name = \"rough-in\"\nmedian_minutes = 480",
            "name = \"rough-in\"\nmedian_minutes = 590",
            "service[remodel-wiring].stage[0].median_minutes",
            "a shift 600",
        ),
        (
            "reciprocity = []",
            "reciprocity = [{ issued_in = \"us-ut\", class_max = \"master\" }]",
            "jurisdiction[us-ut].reciprocity[0].issued_in",
            "this jurisdiction",
        ),
        (
            "intake = [\"site\"",
            "intake = [\"site\", \"site\"",
            "qualification.intake",
            "`site` is given twice",
        ),
        (
            "kind = \"electrical\"",
            "kind = \"none\"",
            "jurisdiction[us-ut-washington].permit[none].kind",
            "need no permit",
        ),
        ("from = \"21:00\"", "from = \"9 pm\"", "messages.quiet_hours.from", "21:00"),
        ("arrives {eta}", "arrives {etta}", "messages.on_the_way", "{etta} is no placeholder"),
        (
            "backordered_parts = \"hold-visit\"",
            "backordered_parts = \"site-assessment\"",
            "assessment_service",
            "missing",
        ),
    ] {
        let error = broken(from, to);
        let RuleBookError::Invalid { violations } = &error else { panic!("{to}: {error:?}") };
        let named = violations.iter().any(|found| found.path == path && found.problem.contains(problem));
        assert!(named, "{to}: {error}");
    }
}

#[test]
fn all_violations_are_told_at_once() {
    let text = UTAH_WASHINGTON
        .replacen("labor_rate = \"service\"", "labor_rate = \"gold\"", 1)
        .replacen("{eta}", "soon", 1);
    let error = RuleBook::parse(&text).expect_err("two keys are wrong");
    let RuleBookError::Invalid { violations } = &error else { panic!("{error:?}") };
    assert_eq!(violations.len(), 2, "{error}");
}

#[test]
fn all_keys_of_the_wrong_shape_are_told_at_once() {
    let text = UTAH_WASHINGTON
        .replacen("company = \"Red Cliffs Electric\"", "company = 3", 1)
        .replacen("temperature = 1.2", "temprature = 1.2", 1)
        .replacen("license = \"journeyman\"", "license = \"wizard\"\ncolor = \"red\"", 1)
        .replacen("labor_rate = \"project\"\n", "", 1)
        .replacen("valid_days = 180", "valid_days = \"half a year\"", 1);
    let error = RuleBook::parse(&text).expect_err("seven keys are wrong");
    let RuleBookError::Invalid { violations } = &error else { panic!("{error:?}") };
    let mut paths: Vec<&str> = violations.iter().map(|found| found.path.as_str()).collect();
    paths.sort_unstable();
    let expected = [
        "company",
        "jurisdiction[us-ut-washington].permit[electrical].valid_days",
        "qualification.temperature",
        "qualification.temprature",
        "service[breaker-trip].color",
        "service[breaker-trip].license",
        "service[panel-upgrade].labor_rate",
    ];
    assert_eq!(paths, expected, "{error}");
}

#[test]
fn text_above_the_limit_of_the_contract_is_refused() {
    let error = RuleBook::parse(&"#".repeat((1 << 20) + 1)).expect_err("it is too long");
    assert_eq!(error.to_string(), "the rule book has 1048577 bytes, at most 1048576 are read");
}
