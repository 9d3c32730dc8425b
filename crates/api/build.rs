//! Generates the contract's code: messages, services, JSON form and the descriptor set for reflection.
//! protox compiles the `.proto` files, so no `protoc` is needed.

use std::error::Error;
use std::fs;
use std::path::PathBuf;

use prost::Message as _;

fn main() -> Result<(), Box<dyn Error>> {
    // Asked when it runs: a shared build folder may hold this script as it was built from another checkout.
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR")?).join("../../proto");
    let folder = root.join("journeyman/v1");
    println!("cargo::rerun-if-changed={}", folder.display());

    let mut files = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "proto") {
            files.push(path);
        }
    }
    files.sort();
    let descriptors = protox::compile(&files, [&root])?;

    let encoded = descriptors.encode_to_vec();
    let out = PathBuf::from(variable("OUT_DIR")?);
    fs::write(out.join("journeyman.v1.bin"), &encoded)?;

    tonic_prost_build::configure()
        .extern_path(".google.protobuf.Timestamp", "crate::wire::Timestamp")
        .extern_path(".google.protobuf.Duration", "crate::wire::Duration")
        .compile_fds(descriptors)?;
    pbjson_build::Builder::new()
        .register_descriptors(&encoded)?
        .extern_path(".google.protobuf.Timestamp", "crate::wire::Timestamp")
        .extern_path(".google.protobuf.Duration", "crate::wire::Duration")
        .build(&[".journeyman.v1"])?;
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "cargo passes folders to build scripts so")]
fn variable(name: &str) -> Result<String, std::env::VarError> {
    std::env::var(name)
}
