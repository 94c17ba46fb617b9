//! Makes sure that there is a console to embed: without a built one, a page that says how to build it. And reads off
//! the API's handlers what their documentation says, for the API's own description.

use std::fmt::Write;
use std::path::{Path, PathBuf};

const PLACEHOLDER: &str = "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Nearhand</title>\n\
    <p>This relay was built without its console. Run <code>npm ci &amp;&amp; npm run build</code> in\n\
    <code>console/</code> and build the relay again.</p></html>\n";

/// Where the handlers are.
const HANDLERS: &str = "src/api";

fn main() -> std::io::Result<()> {
    println!("cargo::rerun-if-changed=../console/dist");
    println!("cargo::rerun-if-changed=migrations");
    println!("cargo::rerun-if-changed={HANDLERS}");
    std::fs::create_dir_all("../console/dist")?;
    for page in ["index.html", "admin.html", "portal.html"] {
        let page = Path::new("../console/dist").join(page);
        if !page.exists() {
            std::fs::write(page, PLACEHOLDER)?;
        }
    }
    let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default());
    std::fs::write(out.join("summaries.rs"), summaries()?)
}

/// A table from `module_function` to what its documentation says.
fn summaries() -> std::io::Result<String> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(HANDLERS)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    files.sort();
    let mut table = String::from("&[\n");
    for file in files.iter().filter(|file| file.extension().is_some_and(|ending| ending == "rs")) {
        let module = file.file_stem().unwrap_or_default().to_string_lossy();
        for (function, text) in documented(&std::fs::read_to_string(file)?) {
            let line = writeln!(table, "(\"{module}_{function}\", {text:?}),");
            line.map_err(std::io::Error::other)?;
        }
    }
    Ok(table + "]")
}

/// The documented async functions of a source file. Attributes may stand in between.
fn documented(source: &str) -> Vec<(&str, String)> {
    let (mut found, mut lines) = (Vec::new(), Vec::new());
    for line in source.lines() {
        if let Some(text) = line.strip_prefix("///") {
            lines.push(text.trim());
        } else if let Some((_, name)) = line.split_once("async fn ").filter(|_| !line.starts_with(' ')) {
            let name = name.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
            if !lines.is_empty() {
                found.push((name, lines.join(" ")));
            }
            lines.clear();
        } else if !line.starts_with("#[") {
            lines.clear();
        }
    }
    found
}
