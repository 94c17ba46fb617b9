//! The document as clients get it.

use std::collections::BTreeSet;

use serde_json::Value;

fn document() -> Value {
    crate::api::described().document()
}

/// Every operation: method, path, and what it is.
fn operations(document: &Value) -> Vec<(&str, &str, &Value)> {
    let paths = document["paths"].as_object().expect("paths");
    let of = |(path, methods)| {
        let methods: &serde_json::Map<String, Value> = Value::as_object(methods).expect("methods");
        methods.iter().map(move |(method, operation)| (method.as_str(), path, operation)).collect::<Vec<_>>()
    };
    paths.iter().map(|(path, methods)| (path.as_str(), methods)).flat_map(of).collect()
}

#[test]
fn the_document_in_the_tree_is_that_of_the_code() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    let now = serde_json::to_string_pretty(&document()).expect("JSON") + "\n";
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(path, &now).expect("written");
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    let differs = kept.lines().zip(now.lines()).position(|(kept, now)| kept != now);
    assert!(
        kept == now,
        "relay/openapi.json is old from line {differs:?}: UPDATE_EXPECT=1 cargo test -p relay openapi writes it anew"
    );
}

#[test]
fn every_operation_says_what_it_is_for() {
    let document = document();
    let silent: Vec<String> = operations(&document)
        .into_iter()
        .filter(|(.., operation)| operation["summary"].as_str().is_none_or(str::is_empty))
        .map(|(.., operation)| operation["operationId"].to_string())
        .collect();
    assert!(silent.is_empty(), "handlers without a word of documentation: {silent:?}");
}

#[test]
fn names_are_given_once() {
    let document = document();
    let operations = operations(&document);
    let names: BTreeSet<String> =
        operations.iter().map(|(.., operation)| operation["operationId"].to_string()).collect();
    assert_eq!(names.len(), operations.len(), "two operations have one name");
    // The maker of schemas counts up types of the same name, which says nothing to a reader.
    let schemas = document["components"]["schemas"].as_object().expect("schemas");
    let counted: Vec<_> =
        schemas.keys().filter(|name| name.ends_with(|end: char| end.is_ascii_digit())).collect();
    assert!(counted.is_empty(), "types of one name: {counted:?}");
}

#[test]
fn every_reference_leads_somewhere() {
    fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(fields) => {
                found.extend(fields.get("$ref").and_then(Value::as_str));
                fields.values().for_each(|value| references(value, found));
            }
            Value::Array(values) => values.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let (document, mut found) = (document(), Vec::new());
    references(&document, &mut found);
    assert!(!found.is_empty());
    for reference in found {
        let pointer = reference.strip_prefix('#').expect("within the document");
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
}
