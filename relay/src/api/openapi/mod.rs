//! What the API is, as an OpenAPI document that is made from the handlers themselves.
//!
//! Routes are added to an [`Api`] as they would be to a router, and cannot be added without being described: what a
//! handler takes and answers is read off its types ([`Argument`], [`operation::Answer`]), what it is for off its
//! documentation (`build.rs`). The document in `relay/openapi.json` is what clients are generated from; a test keeps
//! it up to date.

mod operation;
mod routes;
mod schemas;
#[cfg(test)]
mod tests;
mod types;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use operation::Operation;
use schemas::Schemas;

pub(super) use operation::Argument;
pub(super) use routes::{Api, delete, get, post, put};
pub(super) use types::{Accepted, Export};

/// What the documentation of handlers says, by `module_function`.
const SUMMARIES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/summaries.rs"));

const ABOUT: &str = "The support desk over HTTP. Failures are application/problem+json (RFC 9457); `key` and `rule` \
     tell them apart. People are known by the cookie of their login, programs by a token in \
     `Authorization: Bearer`, customers by the cookie of their session. `/api/events` tells what changes.";

impl Api {
    /// The whole of it as one document.
    pub(super) fn document(&self) -> Value {
        let mut schemas = Schemas::default();
        let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
        for route in self.described() {
            let mut operation = Operation::new(&mut schemas, route.path);
            (route.describe)(&mut operation);
            let described = operation.finish(&route.name, summary_of(&route.name));
            paths.entry(route.path).or_default().insert(route.method.to_owned(), described);
        }
        let mut document = json!({
            "openapi": "3.1.0",
            "info": { "title": "Nearhand", "version": env!("CARGO_PKG_VERSION"), "description": ABOUT },
            "servers": [{ "url": "/" }],
            "paths": paths,
        });
        let schemas = schemas.finish(&mut document);
        document["components"] = json!({ "schemas": schemas, "securitySchemes": security() });
        document
    }
}

fn summary_of(name: &str) -> Option<&'static str> {
    SUMMARIES.iter().find(|(documented, _)| *documented == name).map(|(_, text)| *text)
}

fn security() -> Value {
    let cookie = |name: &str, about: &str| json!({ "type": "apiKey", "in": "cookie", "name": name, "description": about });
    json!({
        "login": cookie("__Host-nearhand", "Somebody who is logged in; over plain HTTP the cookie is `nearhand`."),
        "customer": cookie("__Host-nearhand-customer", "The customer of a session."),
        "guest": cookie("__Host-nearhand-guest", "Somebody from outside who is in a session."),
        "token": { "type": "http", "scheme": "bearer", "description": "A program, by a token of My account." },
    })
}
