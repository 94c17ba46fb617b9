//! What may stand only in its place: `unsafe` in the parts that touch a system, and the names of operating
//! systems in the files that choose between them.

use proc_macro2::{TokenStream, TokenTree};

use super::Finding;
use crate::tree::{self, File};

/// Where operating systems are named: by the platform, which has a folder for each, in its tests on real ones, and
/// by the options of sockets, which not every system has.
const CHOOSERS: [&str; 3] =
    ["agent/platform/src/lib.rs", "agent/platform/tests/", "engine/transport/src/socket.rs"];

pub(super) fn check(file: &File) -> Vec<Finding> {
    if file.extension() != "rs" {
        return Vec::new();
    }
    // A file that is no Rust is found by the rule on sizes.
    let Ok(tokens) = file.text.parse::<TokenStream>() else { return Vec::new() };
    let mut findings = Vec::new();
    if !may_be_unsafe(&file.path) {
        let message = "`unsafe` belongs in agent/platform's folder of a system or in codec/src/arch";
        findings
            .extend(lines_with("unsafe", tokens.clone()).map(|at| Finding::line(&file.path, at, message)));
    }
    if !CHOOSERS.iter().any(|place| file.path.starts_with(place)) {
        let message = format!("an operating system is named only in {}", CHOOSERS.join(", "));
        let lines = lines_with("target_os", tokens);
        findings.extend(lines.map(|at| Finding::line(&file.path, at, message.clone())));
    }
    findings
}

fn may_be_unsafe(path: &str) -> bool {
    let in_system =
        path.strip_prefix("agent/platform/src/").is_some_and(|inside| !tree::folder(inside).is_empty());
    in_system || path.starts_with("codec/src/arch")
}

/// The lines on which this word stands as code, however deep in brackets.
fn lines_with(word: &'static str, tokens: TokenStream) -> impl Iterator<Item = usize> {
    let mut lines = Vec::new();
    let mut waiting = vec![tokens];
    while let Some(tokens) = waiting.pop() {
        for token in tokens {
            match token {
                TokenTree::Group(group) => waiting.push(group.stream()),
                TokenTree::Ident(ident) if ident == word => lines.push(ident.span().start().line),
                _ => {}
            }
        }
    }
    lines.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_text(path: &str, text: &str, lines: &[usize]) {
        let file = File { path: path.to_owned(), text: text.to_owned() };
        assert_eq!(check(&file).iter().map(|finding| finding.line).collect::<Vec<_>>(), lines, "{path}");
    }

    #[test]
    fn unsafe_stays_where_a_system_is_touched() {
        let text = "//! unsafe\nfn f() {\n    unsafe { g() }\n}\n";
        check_text("agent/platform/src/linux/shm.rs", text, &[]);
        check_text("codec/src/arch/avx2.rs", text, &[]);
        check_text("agent/platform/src/capture.rs", text, &[3]);
        check_text("relay/src/lib.rs", text, &[3]);
        check_text("relay/src/lib.rs", "const A: &str = \"unsafe\";", &[]);
    }

    #[test]
    fn operating_systems_are_named_where_they_are_chosen() {
        let text = "#[cfg(target_os = \"linux\")]\nmod imp;";
        check_text(CHOOSERS[0], text, &[]);
        check_text("agent/src/lib.rs", text, &[1]);
    }
}
