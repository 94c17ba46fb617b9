//! Words that stay out of the tree: work left undone, tests that are switched off, tests that sleep, paths of
//! somebody's machine.

use super::Finding;
use crate::tree::File;

/// A word and where it is looked for.
struct Banned {
    /// In two parts, so that this file does not contain it.
    word: (&'static str, &'static str),
    only_in: fn(&File, line: usize) -> bool,
    why: &'static str,
}

const BANNED: &[Banned] = &[
    Banned { word: ("TO", "DO"), only_in: anywhere, why: UNDONE },
    Banned { word: ("FIX", "ME"), only_in: anywhere, why: UNDONE },
    Banned { word: ("XX", "X"), only_in: anywhere, why: UNDONE },
    Banned { word: ("#[ig", "nore"), only_in: rust, why: OFF },
    Banned { word: (".on", "ly("), only_in: typescript, why: OFF },
    Banned { word: (".sk", "ip("), only_in: typescript_tests, why: OFF },
    Banned { word: ("thread::", "sleep"), only_in: rust_tests, why: "a test waits for what it wants to see" },
    Banned { word: ("/wo", "rk/"), only_in: anywhere, why: "a path of somebody's machine" },
];

const UNDONE: &str = "work that is left undone stands in the list of issues, not in the tree";
const OFF: &str = "a test that is switched off tests nothing";

pub(super) fn check(file: &File) -> Vec<Finding> {
    const TEXTS: [&str; 11] =
        ["rs", "ts", "svelte", "md", "toml", "html", "css", "proto", "sh", "sql", "yml"];
    if !TEXTS.contains(&file.extension()) && file.path != ".ci/run" {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for banned in BANNED {
        let word = [banned.word.0, banned.word.1].concat();
        for (number, line) in file.lines() {
            if has_word(line, &word) && (banned.only_in)(file, number) {
                findings.push(Finding::line(&file.path, number, format!("`{word}`: {}", banned.why)));
            }
        }
    }
    findings
}

/// Whether `word` stands in the line and not as a part of a longer word.
fn has_word(line: &str, word: &str) -> bool {
    let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let at_edge = |at: usize| {
        let (before, after) = (line[..at].chars().next_back(), line[at + word.len()..].chars().next());
        let starts = word.starts_with(char::is_alphanumeric) && letter(before);
        let ends = word.ends_with(char::is_alphanumeric) && letter(after);
        !starts && !ends
    };
    line.match_indices(word).any(|(at, _)| at_edge(at))
}

fn anywhere(_: &File, _: usize) -> bool {
    true
}

fn rust(file: &File, _: usize) -> bool {
    file.extension() == "rs"
}

fn typescript(file: &File, _: usize) -> bool {
    file.extension() == "ts"
}

fn typescript_tests(file: &File, _: usize) -> bool {
    file.path.ends_with(".test.ts")
}

/// In a folder of tests, or behind the line that opens a file's own tests, which stand last.
fn rust_tests(file: &File, line: usize) -> bool {
    let tests = || file.lines().find(|(_, text)| text.starts_with("#[cfg(test)]")).map(|(number, _)| number);
    file.extension() == "rs"
        && (file.path.split('/').any(|part| part == "tests") || tests().is_some_and(|start| start < line))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_text(path: &str, text: &str, lines: &[usize]) {
        let file = File { path: path.to_owned(), text: text.to_owned() };
        assert_eq!(
            check(&file).iter().map(|finding| finding.line).collect::<Vec<_>>(),
            lines,
            "{path}: {text}"
        );
    }

    #[test]
    fn work_left_undone_is_found_anywhere() {
        check_text("README.md", concat!("one\n", "TO", "DO: two\n"), &[2]);
        check_text("a.rs", concat!("// FIX", "ME\n"), &[1]);
        check_text("a.rs", concat!("let a = \"aXX", "Xb\";\n"), &[]);
    }

    #[test]
    fn tests_stay_switched_on_and_do_not_sleep() {
        check_text("a.test.ts", concat!("it.on", "ly(\"a\")\n"), &[1]);
        check_text("a.rs", concat!("#[ig", "nore]\n"), &[1]);
        let sleep = concat!("thread::", "sleep(a);");
        check_text("a/src/b.rs", &format!("{sleep}\n#[cfg(test)]\nmod tests {{\n{sleep}\n}}\n"), &[4]);
        check_text("tests/e2e/src/b.rs", sleep, &[1]);
    }

    #[test]
    fn paths_of_a_machine_are_found() {
        check_text("docs/a.md", concat!("see /wo", "rk/here\n"), &[1]);
        check_text("docs/a.md", "a framework/of\n", &[]);
    }
}
