//! Ceilings: 700 lines a source file, 70 lines a Rust function.
//!
//! A file past its ceiling has two subjects.

use syn::{
    Signature,
    spanned::Spanned,
    visit::{self, Visit},
};

use super::Finding;
use crate::tree::File;

const FILE_LINES_MAX: usize = 700;
const FUNCTION_LINES_MAX: usize = 70;

pub(super) fn check(file: &File) -> Vec<Finding> {
    if !["rs", "ts", "svelte"].contains(&file.extension()) || file.is_generated() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let lines = file.text.lines().count();
    if FILE_LINES_MAX < lines {
        findings.push(Finding::file(&file.path, format!("{lines} lines, the ceiling is {FILE_LINES_MAX}")));
    }
    if file.extension() == "rs" {
        findings.extend(long_functions(file));
    }
    findings
}

fn long_functions(file: &File) -> Vec<Finding> {
    let syntax = match syn::parse_file(&file.text) {
        Ok(syntax) => syntax,
        Err(error) => return vec![Finding::line(&file.path, error.span().start().line, error.to_string())],
    };
    let mut functions = Functions { path: &file.path, findings: Vec::new() };
    functions.visit_file(&syntax);
    functions.findings
}

struct Functions<'a> {
    path: &'a str,
    findings: Vec<Finding>,
}

impl Functions<'_> {
    fn measure(&mut self, signature: &Signature, body: &syn::Block) {
        let first = signature.span().start().line;
        let lines = body.span().end().line + 1 - first;
        if FUNCTION_LINES_MAX < lines {
            let message =
                format!("`{}` has {lines} lines, the ceiling is {FUNCTION_LINES_MAX}", signature.ident);
            self.findings.push(Finding::line(self.path, first, message));
        }
    }
}

impl<'ast> Visit<'ast> for Functions<'_> {
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.measure(&function.sig, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.measure(&function.sig, &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        if let Some(body) = &function.default {
            self.measure(&function.sig, body);
        }
        visit::visit_trait_item_fn(self, function);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_text(path: &str, text: &str, found: &[&str]) {
        let file = File { path: path.to_owned(), text: text.to_owned() };
        let findings: Vec<_> = check(&file).iter().map(ToString::to_string).collect();
        assert_eq!(findings, found);
    }

    fn function(lines: usize) -> String {
        format!("impl A {{\n/// Not counted.\nfn long() {{\n{}}}\n}}\n", "go();\n".repeat(lines - 2))
    }

    #[test]
    fn a_function_may_have_seventy_lines() {
        check_text("a.rs", &function(70), &[]);
        check_text("a.rs", &function(71), &["a.rs:3: `long` has 71 lines, the ceiling is 70"]);
    }

    #[test]
    fn a_file_may_have_seven_hundred() {
        check_text("a.ts", &"a();\n".repeat(700), &[]);
        check_text("a.ts", &"a();\n".repeat(701), &["a.ts: 701 lines, the ceiling is 700"]);
        check_text("a.json", &"1\n".repeat(701), &[]);
    }
}
