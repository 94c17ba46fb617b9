//! What the types of handlers' arguments and answers say.

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Extension, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response, Sse};
use axum_extra::extract::CookieJar;
use futures_util::Stream;
use schemars::JsonSchema;

use super::operation::{Answer, Argument, Operation};
use crate::api::customer::Customer;
use crate::api::guest::Guest;
use crate::api::problem::Problem;
use crate::api::who::{self, Administrator, LoggedIn, Who};

impl<S> Argument for State<S> {}
impl<T> Argument for Extension<T> {}
impl Argument for Uri {}
impl Argument for HeaderMap {}
impl Argument for CookieJar {}

impl Argument for Who {
    fn describe(operation: &mut Operation<'_>) {
        operation.asks_for(&["login", "token"]);
    }
}

impl Argument for LoggedIn {
    fn describe(operation: &mut Operation<'_>) {
        operation.asks_for(&["login"]);
    }
}

impl Argument for Administrator {
    fn describe(operation: &mut Operation<'_>) {
        operation.asks_for(&["login"]);
        operation.note("For administrators.");
    }
}

impl Argument for Customer {
    fn describe(operation: &mut Operation<'_>) {
        operation.asks_for(&["customer"]);
    }
}

impl Argument for Guest {
    fn describe(operation: &mut Operation<'_>) {
        operation.asks_for(&["guest"]);
    }
}

impl<T: JsonSchema> Argument for who::Path<T> {
    fn describe(operation: &mut Operation<'_>) {
        operation.takes_path::<T>();
    }
}

impl<T: JsonSchema> Argument for who::Query<T> {
    fn describe(operation: &mut Operation<'_>) {
        operation.takes_query::<T>();
    }
}

impl<T: JsonSchema> Argument for who::Json<T> {
    fn describe(operation: &mut Operation<'_>) {
        operation.takes_body::<T>();
    }
}

impl<T: JsonSchema> Answer for Json<T> {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers_with::<T>(200, "As asked for.");
    }
}

/// Whatever is made is answered with 201 and what it is.
impl<T: JsonSchema> Answer for (StatusCode, Json<T>) {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers_with::<T>(201, "It is made.");
    }
}

impl<T: JsonSchema> Answer for (StatusCode, CookieJar, Json<T>) {
    fn describe(operation: &mut Operation<'_>) {
        <(StatusCode, Json<T>)>::describe(operation);
    }
}

/// A status alone is always 204.
impl Answer for StatusCode {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers(204, "It is done.");
    }
}

impl Answer for (StatusCode, CookieJar) {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers(201, "It is made, and the cookie brings it back.");
        StatusCode::describe(operation);
    }
}

impl<A: Answer> Answer for (CookieJar, A) {
    fn describe(operation: &mut Operation<'_>) {
        A::describe(operation);
    }
}

impl<A: Answer> Answer for Result<A, Problem> {
    fn describe(operation: &mut Operation<'_>) {
        A::describe(operation);
    }
}

impl<S> Answer for Sse<S> {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers_in(&["text/event-stream"], "Events, for as long as the connection stays.");
    }
}

/// What says itself what it is.
impl Answer for Response {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers_in(&["*/*"], "A file.");
    }
}

/// It will be done soon, by somebody else: 202.
#[derive(Debug)]
pub(in crate::api) struct Accepted;

impl IntoResponse for Accepted {
    fn into_response(self) -> Response {
        StatusCode::ACCEPTED.into_response()
    }
}

impl Answer for Accepted {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers(202, "It is on its way.");
    }
}

/// A text that is kept as a file, and read as fast as it is taken.
pub(in crate::api) struct Export {
    body: Body,
    media: &'static str,
    disposition: &'static str,
}

impl Export {
    /// What kinds of texts there are.
    const MEDIA: &'static [&'static str] = &["application/jsonl", "text/csv"];

    pub(in crate::api) fn new<S, E>(text: S, media: &'static str, disposition: &'static str) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<axum::BoxError> + 'static,
    {
        Self { body: Body::from_stream(text), media, disposition }
    }
}

impl IntoResponse for Export {
    fn into_response(self) -> Response {
        ([(CONTENT_TYPE, self.media), (CONTENT_DISPOSITION, self.disposition)], self.body).into_response()
    }
}

impl Answer for Export {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers_in(Self::MEDIA, "A file.");
    }
}
