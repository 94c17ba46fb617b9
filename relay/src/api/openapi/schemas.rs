//! Schemas of everything that goes in and out. A type may look different in both directions: what has a default may
//! be left out of a request and is always in an answer.

use std::collections::BTreeSet;

use schemars::generate::{Contract, SchemaSettings};
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value};

const ANSWERS: &str = "/components/schemas";

/// Where those of requests are while it is not known which of them are the same as those of answers.
const REQUESTS: &str = "/components/requests";

/// Schemas by name, of both directions.
pub(super) struct Schemas {
    answers: SchemaGenerator,
    requests: SchemaGenerator,
}

impl Default for Schemas {
    fn default() -> Self {
        Self {
            answers: generator(ANSWERS, Contract::Serialize),
            requests: generator(REQUESTS, Contract::Deserialize),
        }
    }
}

fn generator(path: &'static str, contract: Contract) -> SchemaGenerator {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = path.into();
        settings.contract = contract;
        settings.meta_schema = None;
    });
    settings.into_generator()
}

impl Schemas {
    pub(super) fn of_answer<T: JsonSchema>(&mut self) -> Value {
        self.answers.subschema_for::<T>().into()
    }

    pub(super) fn of_request<T: JsonSchema>(&mut self) -> Value {
        self.requests.subschema_for::<T>().into()
    }

    /// The schema itself instead of a reference to it.
    pub(super) fn fields_of_request<T: JsonSchema>(&mut self) -> Value {
        T::json_schema(&mut self.requests).into()
    }

    /// All of them, and `document` with its references to them. Where a request's differs from an answer's of the same
    /// name, it is called `…Input`.
    pub(super) fn finish(mut self, document: &mut Value) -> Map<String, Value> {
        let mut all = self.answers.take_definitions(true);
        let requests = self.requests.take_definitions(true);
        let renamed = differing(&all, &requests);
        for (name, mut schema) in requests {
            point(&mut schema, &renamed);
            all.insert(name_in(&name, &renamed), schema);
        }
        point(document, &renamed);
        all.values_mut().for_each(plain_maps);
        plain_maps(document);
        all
    }
}

/// The names under which a request's schema is another than an answer's, also because one that it refers to is.
fn differing(answers: &Map<String, Value>, requests: &Map<String, Value>) -> BTreeSet<String> {
    let mut renamed = BTreeSet::new();
    loop {
        let before = renamed.len();
        for (name, schema) in requests {
            let mut pointed = schema.clone();
            point(&mut pointed, &renamed);
            if answers.get(name).is_some_and(|answer| *answer != pointed) {
                renamed.insert(name.clone());
            }
        }
        if renamed.len() == before {
            return renamed;
        }
    }
}

fn name_in(name: &str, renamed: &BTreeSet<String>) -> String {
    if renamed.contains(name) { format!("{name}Input") } else { name.to_owned() }
}

/// Lets references to schemas of requests lead to where those are in the end.
fn point(value: &mut Value, renamed: &BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(to)) = fields.get_mut("$ref")
                && let Some(name) =
                    to.strip_prefix('#').and_then(|to| to.strip_prefix(REQUESTS)?.strip_prefix('/'))
            {
                *to = format!("#{ANSWERS}/{}", name_in(name, renamed));
            }
            fields.values_mut().for_each(|value| point(value, renamed));
        }
        Value::Array(values) => values.iter_mut().for_each(|value| point(value, renamed)),
        _ => {}
    }
}

/// Maps whose keys have a pattern, as maps with any keys: makers of clients know no patterns.
fn plain_maps(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::Object(patterns)) = fields.remove("patternProperties") {
                fields.extend(
                    patterns.into_iter().map(|(_, schema)| ("additionalProperties".to_owned(), schema)),
                );
            }
            fields.values_mut().for_each(plain_maps);
        }
        Value::Array(values) => values.iter_mut().for_each(plain_maps),
        _ => {}
    }
}

/// A schema for what may be left out, but is never null where it is there.
pub(super) fn without_null(mut schema: Value) -> Value {
    let Some(fields) = schema.as_object_mut() else { return schema };
    if fields.get("default").is_some_and(Value::is_null) {
        fields.remove("default");
    }
    if let Some(Value::Array(types)) = fields.get_mut("type") {
        types.retain(|kind| kind != "null");
        if let [only] = &types[..] {
            let only = only.clone();
            fields.insert("type".to_owned(), only);
        }
    }
    let choices = fields.get_mut("anyOf").and_then(Value::as_array_mut).map(|choices| {
        choices.retain(|choice| choice["type"] != "null");
        choices.clone()
    });
    match choices.as_deref() {
        Some([only]) => only.clone(),
        _ => schema,
    }
}
