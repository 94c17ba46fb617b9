//! Finding the tests that name lines of the table.

use std::fmt;

use proc_macro2::{TokenStream, TokenTree};

use crate::tree::File;

/// A test that says it bears out a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Claim {
    pub(super) line: u16,
    pub(super) path: String,
    pub(super) test: String,
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.test)
    }
}

/// The claims of all tests in a file.
pub(super) fn claims(file: &File) -> Vec<Claim> {
    let tests = match file.extension() {
        "rs" => rust_tests(&file.text),
        "ts" => typescript_tests(&file.text),
        _ => Vec::new(),
    };
    let claim = |test: &str, line| Claim { line, path: file.path.clone(), test: test.to_owned() };
    tests.iter().flat_map(|test| numbers(test).map(move |line| claim(test, line))).collect()
}

/// The numbers in `s179_s180_a_name` and in `S179 S180: a title`.
fn numbers(test: &str) -> impl Iterator<Item = u16> {
    let words = test.split(|c: char| !c.is_ascii_alphanumeric());
    words.filter_map(|word| word.strip_prefix(['s', 'S'])?.parse().ok())
}

/// Names of the functions that an attribute calls a test, inside macros, too.
fn rust_tests(text: &str) -> Vec<String> {
    let mut tests = Vec::new();
    let mut waiting: Vec<TokenStream> = text.parse().into_iter().collect();
    while let Some(tokens) = waiting.pop() {
        let (mut is_test, mut after_fn) = (false, false);
        for token in tokens {
            match token {
                TokenTree::Group(group) => {
                    is_test |= group.stream().into_iter().any(|token| is_word(&token, "test"));
                    waiting.push(group.stream());
                }
                TokenTree::Ident(name) if after_fn => {
                    if is_test {
                        tests.push(name.to_string());
                    }
                    (is_test, after_fn) = (false, false);
                }
                token => after_fn = is_word(&token, "fn"),
            }
        }
    }
    tests
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == word)
}

/// Titles of `test("…")`, `it("…")` and `describe("…")`.
fn typescript_tests(text: &str) -> Vec<String> {
    let title = |line: &str| {
        let call = ["test", "it", "describe"].iter().find_map(|call| line.trim_start().strip_prefix(call))?;
        let (_, inside) = call.split_once('(')?;
        let quote = inside.chars().next().filter(|quote| "\"'`".contains(*quote))?;
        inside[1..].split(quote).next().map(str::to_owned)
    };
    text.lines().filter_map(title).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, text: &str, expected: &[(u16, &str)]) {
        let file = File { path: path.to_owned(), text: text.to_owned() };
        let found = claims(&file);
        let found: Vec<_> = found.iter().map(|claim| (claim.line, claim.test.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn the_names_of_rust_tests_are_read() {
        check(
            "a.rs",
            "#[test]\nfn s179_s180_shown() {}\nfn s12_no_test() {}",
            &[(179, "s179_s180_shown"), (180, "s179_s180_shown")],
        );
        check("a.rs", "mod t { #[tokio::test] async fn heals_s67() {} }", &[(67, "heals_s67")]);
        check("a.rs", "proptest! { #[test]\nfn s1_holds(a in any::<u8>()) {} }", &[(1, "s1_holds")]);
    }

    #[test]
    fn the_titles_of_typescript_tests_are_read() {
        check("a.test.ts", "test(\"S179: the primary is P\", () => {", &[(179, "S179: the primary is P")]);
        check("a.test.ts", "  it('is quick', () => {\n// S12", &[]);
    }

    #[test]
    fn words_that_only_look_like_numbers_are_not_taken() {
        check("a.rs", "#[test]\nfn a_store_on_s3x_and_u16s_fails() {}", &[]);
    }
}
