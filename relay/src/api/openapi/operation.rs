//! One operation of the document: what its handler takes and answers, read off their types.

use schemars::JsonSchema;
use serde_json::{Map, Value, json};

use super::schemas::{Schemas, without_null};

/// What an argument of a handler means for whoever calls it.
pub(in crate::api) trait Argument {
    /// Adds it. Most arguments are not the caller's business.
    fn describe(_: &mut Operation<'_>) {}
}

/// What a handler answers with.
pub(in crate::api) trait Answer {
    /// Adds it.
    fn describe(operation: &mut Operation<'_>);
}

/// An operation while it is described.
pub(in crate::api) struct Operation<'a> {
    schemas: &'a mut Schemas,
    path: &'a str,
    parameters: Vec<Value>,
    body: Option<Value>,
    responses: Map<String, Value>,
    security: Vec<Value>,
    notes: Vec<&'static str>,
}

impl<'a> Operation<'a> {
    pub(super) fn new(schemas: &'a mut Schemas, path: &'a str) -> Self {
        let problem = schemas.of_answer::<crate::api::problem::Body9457<'static>>();
        let failure = json!({
            "description": "It failed.",
            "content": { "application/problem+json": { "schema": problem } },
        });
        let (parameters, security, notes) = Default::default();
        let responses = Map::from_iter([("default".to_owned(), failure)]);
        Self { schemas, path, parameters, body: None, responses, security, notes }
    }

    /// Whoever calls proves himself by one of these.
    pub(in crate::api) fn asks_for(&mut self, schemes: &[&str]) {
        self.security.extend(schemes.iter().map(|scheme| json!({ *scheme: [] })));
    }

    /// Something that a reader must know beside.
    pub(in crate::api) fn note(&mut self, text: &'static str) {
        self.notes.push(text);
    }

    /// The parts of the address: one type, or a tuple of as many as there are parts.
    pub(super) fn takes_path<T: JsonSchema>(&mut self) {
        let parts = self.path.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0));
        let whole: Value = self.schemas.of_request::<T>();
        let several = whole.get("prefixItems").and_then(Value::as_array).cloned();
        for (index, name) in parts.enumerate() {
            let schema = match &several {
                Some(schemas) => schemas.get(index).cloned().unwrap_or_default(),
                None => whole.clone(),
            };
            self.parameters.push(json!({ "name": name, "in": "path", "required": true, "schema": schema }));
        }
    }

    /// The fields of a query. A map means that any name goes.
    pub(super) fn takes_query<T: JsonSchema>(&mut self) {
        let whole = self.schemas.fields_of_request::<T>();
        let Some(fields) = whole.get("properties").and_then(Value::as_object) else {
            let schema = json!({ "type": "object", "additionalProperties": { "type": "string" } });
            self.parameters.push(json!({
                "name": "criteria", "in": "query", "style": "form", "explode": true, "schema": schema,
            }));
            return;
        };
        let required = whole.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
        for (name, schema) in fields {
            let mut schema = schema.clone();
            let about = schema.as_object_mut().and_then(|schema| schema.remove("description"));
            let mut parameter = json!({
                "name": name, "in": "query", "required": required.contains(&json!(name)),
                "schema": without_null(schema),
            });
            if let Some(about) = about {
                parameter["description"] = about;
            }
            self.parameters.push(parameter);
        }
    }

    /// A JSON body.
    pub(super) fn takes_body<T: JsonSchema>(&mut self) {
        let schema = self.schemas.of_request::<T>();
        self.body =
            Some(json!({ "required": true, "content": { "application/json": { "schema": schema } } }));
    }

    /// Good answers of a status without a body.
    pub(super) fn answers(&mut self, status: u16, about: &str) {
        self.responses.insert(status.to_string(), json!({ "description": about }));
    }

    /// Good answers of a status with a JSON body.
    pub(super) fn answers_with<T: JsonSchema>(&mut self, status: u16, about: &str) {
        let schema = self.schemas.of_answer::<T>();
        let content = json!({ "application/json": { "schema": schema } });
        self.responses.insert(status.to_string(), json!({ "description": about, "content": content }));
    }

    /// Good answers that are something else than JSON.
    pub(super) fn answers_in(&mut self, media: &[&str], about: &str) {
        let schema = json!({ "schema": { "type": "string" } });
        let content: Map<String, Value> =
            media.iter().map(|media| ((*media).to_owned(), schema.clone())).collect();
        self.responses.insert("200".to_owned(), json!({ "description": about, "content": content }));
    }

    /// The operation as the document has it. Its tag is the module that it stands in.
    pub(super) fn finish(self, name: &str, summary: Option<&str>) -> Value {
        let tag = name.split('_').next().unwrap_or_default();
        let mut operation = json!({
            "operationId": name, "tags": [tag], "responses": self.responses, "security": self.security,
        });
        let (first, rest) = summary.map_or(("", ""), |text| text.split_once(". ").unwrap_or((text, "")));
        let notes: Vec<&str> = [rest].into_iter().filter(|rest| !rest.is_empty()).chain(self.notes).collect();
        for (key, value) in [("summary", first.to_owned()), ("description", notes.join(" "))] {
            if !value.is_empty() {
                operation[key] = json!(value);
            }
        }
        if !self.parameters.is_empty() {
            operation["parameters"] = json!(self.parameters);
        }
        if let Some(body) = self.body {
            operation["requestBody"] = body;
        }
        operation
    }
}
