//! `docs/api.md` is made from the contract's comments, and this test keeps it so.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use journeyman_api::wire::FILE_DESCRIPTOR_SET;
use journeyman_api::{Limits, ViolationCode};
use prost::Message as _;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::source_code_info::Location;
use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet,
    ServiceDescriptorProto,
};

/// The files in reading order: the call, what it brings, what comes back, the rest of the product.
const FILES: [&str; 21] = [
    "scheduler",
    "problem",
    "people",
    "work",
    "permit",
    "stock",
    "place",
    "travel",
    "time_window",
    "rates",
    "plan",
    "reason",
    "event",
    "boards",
    "work_orders",
    "permits",
    "stock_service",
    "tasks",
    "rule_book",
    "journal",
    "desk",
];

#[test]
fn the_page_follows_the_contract() {
    let fresh = page();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let kept = fs::read_to_string(root.join("docs/api.md")).unwrap_or_default();
    if kept != fresh {
        let made = Path::new(env!("CARGO_TARGET_TMPDIR")).join("api.md");
        fs::write(&made, &fresh).unwrap();
        panic!("docs/api.md is not what the contract says; the fresh page is {}: copy it", made.display());
    }
}

#[test]
fn every_file_of_the_contract_is_on_the_page() {
    let set = descriptors();
    let ours = set.file.iter().filter(|file| file.package() == "journeyman.v1");
    for file in ours {
        let name = stem(file);
        assert!(FILES.contains(&name), "{name}.proto has no place in the reading order");
    }
}

fn descriptors() -> FileDescriptorSet {
    FileDescriptorSet::decode(FILE_DESCRIPTOR_SET).unwrap()
}

fn stem(file: &FileDescriptorProto) -> &str {
    Path::new(file.name()).file_stem().and_then(|stem| stem.to_str()).unwrap()
}

fn page() -> String {
    let set = descriptors();
    let mut page = include_str!("api_page/preface.md").to_owned();
    page.push_str("| code | meaning |\n|---|---|\n");
    for code in ViolationCode::ALL {
        writeln!(page, "| {code} | {} |", code.meaning()).unwrap();
    }
    page.push_str(&limits());
    let files = || FILES.iter().filter_map(|name| set.file.iter().find(|file| stem(file) == *name));
    page.push_str("\n## Services\n");
    for file in files() {
        for (index, service) in file.service.iter().enumerate() {
            write_service(&mut page, file, service, position(index));
        }
    }
    page.push_str("\n## Messages\n");
    for file in files() {
        for (index, message) in file.message_type.iter().enumerate() {
            write_message(&mut page, file, message, position(index));
        }
        for (index, values) in file.enum_type.iter().enumerate() {
            write_enum(&mut page, file, values, position(index));
        }
    }
    page
}

fn limits() -> String {
    let limits = Limits::default();
    let mut table =
        "\n## Limits\n\nWhat is over a limit is refused with the limit in the text. The defaults:\n\n| of | at most |\n|---|---|\n"
            .to_owned();
    let mut row = |what: &str, most: String| writeln!(table, "| {what} | {most} |").unwrap();
    row("a message or file", format!("{} MiB", limits.message_bytes >> 20));
    row("a text, ids included", format!("{} bytes", limits.text_bytes));
    row("the horizon", format!("{} days", limits.horizon_days));
    row("an instant before or after the horizon", format!("{} days", limits.days_around_horizon));
    row(
        "a search",
        format!(
            "{} s, {} s unless asked for",
            limits.solve_time.as_secs(),
            limits.solve_time_default.as_secs()
        ),
    );
    row("threads of a search", limits.threads.to_string());
    for (what, most) in [
        ("places", limits.places),
        ("technicians", limits.technicians),
        ("shifts of all technicians", limits.shifts),
        ("work orders", limits.work_orders),
        ("visits of all work orders", limits.visits),
        ("permits", limits.permits),
        ("warehouses", limits.warehouses),
        ("jurisdictions", limits.jurisdictions),
        ("lines of reciprocity", limits.reciprocity),
        ("zones", limits.zones),
        ("points of a ring", limits.ring_points),
        ("places of a matrix", limits.matrix_places),
        ("steps of a daily profile", limits.profile_steps),
        ("windows of a visit or warehouse", limits.windows),
        ("breaks of a shift", limits.breaks),
        ("entries of any other list of one thing", limits.list_entries),
        ("violations in one answer", limits.violations),
    ] {
        row(what, most.to_string());
    }
    row("a price", format!("${}", limits.amount_micros / 1_000_000));
    row("a kilometer", format!("${}", limits.kilometer_micros / 1_000_000));
    row("what the dearest plan of a day could cost", format!("${}", limits.cost_micros / 1_000_000));
    table
}

fn position(index: usize) -> i32 {
    i32::try_from(index).unwrap()
}

/// The comment above an element, as one paragraph.
fn comment(file: &FileDescriptorProto, path: &[i32]) -> String {
    let info = file.source_code_info.as_ref().expect("the descriptor set keeps comments");
    let found = info.location.iter().find(|location| location.path == path);
    let text = found.map(Location::leading_comments).unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

fn write_service(page: &mut String, file: &FileDescriptorProto, service: &ServiceDescriptorProto, at: i32) {
    writeln!(page, "\n### Service {}\n\n{}\n", service.name(), comment(file, &[6, at])).unwrap();
    page.push_str("| call | request | response | does |\n|---|---|---|---|\n");
    for (index, call) in service.method.iter().enumerate() {
        let stream = if call.server_streaming() { "stream of " } else { "" };
        let does = comment(file, &[6, at, 2, position(index)]);
        let (request, response) = (link(call.input_type()), link(call.output_type()));
        writeln!(page, "| {} | {request} | {stream}{response} | {does} |", call.name()).unwrap();
    }
}

fn write_message(page: &mut String, file: &FileDescriptorProto, message: &DescriptorProto, at: i32) {
    writeln!(page, "\n### {}\n\n{}\n", message.name(), comment(file, &[4, at])).unwrap();
    assert!(
        message.nested_type.is_empty() && message.enum_type.is_empty(),
        "{}: nested types",
        message.name()
    );
    if message.field.is_empty() {
        return;
    }
    page.push_str("| field | type | meaning |\n|---|---|---|\n");
    for (index, field) in message.field.iter().enumerate() {
        let mut meaning = comment(file, &[4, at, 2, position(index)]);
        if let Some(group) = field.oneof_index.filter(|_| !field.proto3_optional()) {
            let of = comment(file, &[4, at, 8, group]);
            let name = message.oneof_decl[usize::try_from(group).unwrap()].name();
            write!(meaning, " *One of `{name}`: {of}*").unwrap();
        }
        writeln!(page, "| `{}` | {} | {meaning} |", field.name(), kind(field)).unwrap();
    }
}

fn write_enum(page: &mut String, file: &FileDescriptorProto, values: &EnumDescriptorProto, at: i32) {
    writeln!(page, "\n### {}\n\n{}\n", values.name(), comment(file, &[5, at])).unwrap();
    page.push_str("| value | meaning |\n|---|---|\n");
    for (index, value) in values.value.iter().enumerate() {
        writeln!(page, "| `{}` | {} |", value.name(), comment(file, &[5, at, 2, position(index)])).unwrap();
    }
}

fn kind(field: &FieldDescriptorProto) -> String {
    let one = match field.r#type() {
        Type::Message | Type::Enum => link(field.type_name()),
        Type::String => "text".to_owned(),
        Type::Bytes => "bytes".to_owned(),
        Type::Bool => "bool".to_owned(),
        Type::Double => "double".to_owned(),
        Type::Int32 => "int32".to_owned(),
        Type::Int64 => "int64".to_owned(),
        Type::Uint64 => "uint64".to_owned(),
        other => panic!("{}: {other:?} is not used in this contract", field.name()),
    };
    if field.label() == Label::Repeated { format!("list of {one}") } else { one }
}

/// A link to a message or enum of the page.
fn link(full_name: &str) -> String {
    let name = full_name.rsplit('.').next().unwrap();
    if full_name.starts_with(".google.protobuf.") {
        return name.to_owned();
    }
    format!("[{name}](#{})", name.to_lowercase())
}
