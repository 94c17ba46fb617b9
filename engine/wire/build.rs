//! Generates the messages of `proto/control.proto` and `proto/tools.proto`; needs no protoc.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=proto");
    let files = protox::compile(["proto/control.proto", "proto/tools.proto"], ["proto"])?;
    // Whoever prints a message must not print a password.
    let hidden = ["nearhand.tools.v1.Credentials"];
    prost_build::Config::new().bytes(["."]).skip_debug(hidden).compile_fds(files)?;
    Ok(())
}
