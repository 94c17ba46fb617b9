//! A contract fuzzer (schemathesis, from PyPI): sends a server what its OpenAPI document allows and what it does not,
//! and compares the answers with what the document says.

use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Every package with its version; the folder that it is installed in is named after the first of the list that counts.
const PACKAGES: &str = include_str!("../schemathesis.txt");

const HOW_TO_GET_IT: &str = "schemathesis is not installed: `cargo xtask test --only setup` installs it";

/// What is checked of every answer.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_schema_conformance,response_headers_conformance,unsupported_method";

/// How a server is tried.
#[derive(Debug)]
pub struct Trial<'a> {
    /// Where its document is.
    pub document: &'a str,
    /// What is sent as `Cookie`.
    pub cookie: &'a str,
    /// Operations that are left alone, by the names that the document gives them.
    pub without: &'a [&'a str],
    /// Cases of each operation.
    pub examples: u32,
}

/// Tries a server.
///
/// # Errors
/// What the fuzzer reports.
///
/// # Panics
/// When it is not installed: the test cannot show what it is there to show.
pub fn try_out(trial: &Trial<'_>) -> Result<String, String> {
    let program = program();
    assert!(program.exists(), "{HOW_TO_GET_IT} (looked for {})", program.display());
    let mut command = Command::new(program);
    command.args(["run", trial.document, "--workers", "2", "--phases", "examples,coverage,fuzzing"]);
    command.args(["--max-examples", &trial.examples.to_string(), "--request-timeout", "20", "--no-shrink"]);
    command.args(["--checks", CHECKS, "--continue-on-failure", "--warnings", "off"]);
    command.args(["--suppress-health-check", "all", "--generation-database", "none"]);
    command.args(["--header", &format!("Cookie: {}", trial.cookie)]);
    for operation in trial.without {
        command.args(["--exclude-operation-id", operation]);
    }
    let folder = std::env::temp_dir();
    let run = command.current_dir(folder).stdin(Stdio::null()).output().expect("it runs");
    let said = String::from_utf8_lossy(&run.stdout) + String::from_utf8_lossy(&run.stderr);
    if run.status.success() { Ok(said.into_owned()) } else { Err(said.into_owned()) }
}

fn program() -> PathBuf {
    let version = PACKAGES.lines().find_map(|line| line.strip_prefix("schemathesis==")).unwrap_or_default();
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    home.join(format!(".cache/nearhand/tools/schemathesis-{version}/bin/st"))
}
