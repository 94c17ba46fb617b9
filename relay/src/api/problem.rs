//! Failures, as RFC 9457 has them.

use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, Response, StatusCode};
use axum::response::IntoResponse;
use desk::{Refusal, Rule};
use schemars::JsonSchema;
use serde::Serialize;

use crate::db::DbError;
use crate::keeper::{AskError, now};
use crate::login::{LoginError, RuleError, Scope};
use crate::mail::MailError;
use crate::portal::Wait;

/// Why a request failed.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    title: &'static str,
    detail: Option<String>,
    field: Option<&'static str>,
    /// Names the text by which a page says it, where one has to tell this failure from others.
    key: Option<&'static str>,
    /// The rule of the desk that forbids it.
    rule: Option<Rule>,
    retry_after: Option<Duration>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub(super) struct Body9457<'a> {
    r#type: &'static str,
    title: &'a str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<Rule>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<u64>,
}

impl Problem {
    fn new(status: StatusCode, title: &'static str) -> Self {
        Self { status, title, detail: None, field: None, key: None, rule: None, retry_after: None }
    }

    fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    fn key(mut self, key: &'static str) -> Self {
        self.key = Some(key);
        self
    }

    /// Nobody is logged in.
    pub(crate) fn not_logged_in() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "log in first")
    }

    /// No customer's session belongs to the one who asks, or it is over.
    pub(crate) fn no_session() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "there is no session, or it is over").key("no-session")
    }

    /// A token is not for this.
    pub(crate) fn not_in_scope(scope: Scope) -> Self {
        Self::new(StatusCode::FORBIDDEN, "the token is not for this")
            .detail(format!("it would need the scope {}", scope.word()))
            .key("token-scope")
    }

    /// It takes an administrator.
    pub(crate) fn not_administrator() -> Self {
        Self::new(StatusCode::FORBIDDEN, "this takes an administrator").key("not-administrator")
    }

    /// A page of another site sent the request.
    pub(crate) fn cross_site() -> Self {
        Self::new(StatusCode::FORBIDDEN, "the request comes from a page of another site")
    }

    /// The plain HTTP port was reached under a name that is not this machine's.
    pub(crate) fn wrong_host() -> Self {
        Self::new(StatusCode::MISDIRECTED_REQUEST, "plain HTTP is served to localhost only")
    }

    /// A field has a value that cannot be used.
    pub(crate) fn field(field: &'static str, detail: impl Into<String>) -> Self {
        let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "a field is wrong").detail(detail);
        problem.field = Some(field);
        problem
    }

    /// The body is not the JSON that is expected.
    pub(crate) fn body(status: StatusCode, detail: String) -> Self {
        Self::new(status, "the body of the request is wrong").detail(detail)
    }

    /// The request lacks what it needs.
    pub(crate) fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "the request is wrong").detail(detail)
    }

    /// There is no such thing, or not for the one who asks.
    pub(crate) fn missing(what: &str) -> Self {
        Refusal::new(Rule::NotFound, format!("there is no such {what}")).into()
    }

    /// The computer's agent is not connected.
    pub(crate) fn offline() -> Self {
        Self::new(StatusCode::CONFLICT, "the computer is not connected").key("offline")
    }

    pub(crate) async fn not_found() -> Self {
        Self::gone()
    }

    /// What the address names is not there, or no longer.
    pub(crate) fn gone() -> Self {
        Self::new(StatusCode::NOT_FOUND, "there is nothing here")
    }

    pub(crate) async fn method_not_allowed() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "this address has no such method")
    }

    fn not_let_in(detail: String, key: &'static str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "not logged in").detail(detail).key(key)
    }

    /// A fault of our own; the log has the rest.
    pub(crate) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "the relay failed; its log says more")
    }

    /// The response, with its body already in one piece.
    pub(crate) fn into_plain<B: From<Vec<u8>>>(self) -> Response<B> {
        let retry_after_ms = self.retry_after.and_then(|wait| u64::try_from(wait.as_millis()).ok());
        let body = Body9457 {
            r#type: "about:blank",
            title: self.title,
            status: self.status.as_u16(),
            detail: self.detail.as_deref(),
            field: self.field,
            key: self.key,
            rule: self.rule,
            retry_after_ms,
        };
        let mut response = Response::new(B::from(serde_json::to_vec(&body).unwrap_or_default()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(wait) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
        }
        response
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response<Body> {
        self.into_plain()
    }
}

impl From<DbError> for Problem {
    fn from(error: DbError) -> Self {
        tracing::error!(%error, "a request failed");
        Self::internal()
    }
}

impl From<AskError> for Problem {
    fn from(error: AskError) -> Self {
        match error {
            AskError::Refused(refusal) => refusal.into(),
            AskError::Busy | AskError::Stopped => {
                let problem =
                    Self::new(StatusCode::SERVICE_UNAVAILABLE, "too busy").detail(error.to_string());
                Self { retry_after: Some(Duration::from_secs(1)), ..problem }
            }
            AskError::Db(error) => {
                tracing::error!(%error, "a request failed");
                Self::internal()
            }
        }
    }
}

impl From<Wait> for Problem {
    fn from(Wait(wait): Wait) -> Self {
        let problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "too many attempts");
        Self { retry_after: Some(wait), ..problem }.key("throttled")
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let (status, title) = match refusal.rule {
            Rule::NotFound => (StatusCode::NOT_FOUND, "there is no such thing"),
            Rule::BadField => (StatusCode::UNPROCESSABLE_ENTITY, "a field is wrong"),
            Rule::Taken | Rule::InUse | Rule::Already | Rule::NotWaiting | Rule::Over | Rule::Used => {
                (StatusCode::CONFLICT, "it is not as the request takes it to be")
            }
            Rule::Stale => (StatusCode::PRECONDITION_FAILED, "it was changed meanwhile"),
            Rule::Expired => (StatusCode::GONE, "its time is over"),
            _ => (StatusCode::FORBIDDEN, "a rule forbids it"),
        };
        let wait = refusal.allowed_at.map(|at| at.as_millisecond() - now().as_millisecond());
        let retry_after = wait.and_then(|ms| u64::try_from(ms).ok()).map(Duration::from_millis);
        let problem = Self::new(status, title).detail(refusal.detail);
        Self { field: refusal.field, rule: Some(refusal.rule), retry_after, ..problem }
    }
}

impl From<MailError> for Problem {
    fn from(error: MailError) -> Self {
        let detail = error.to_string();
        match error {
            MailError::Off => Self::new(StatusCode::CONFLICT, "mail is off").detail(detail).key("mail-off"),
            MailError::Address => Self::field("to", detail),
            MailError::Full => {
                let problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "too busy").detail(detail);
                Self { retry_after: Some(Duration::from_secs(30)), ..problem }
            }
        }
    }
}

impl From<LoginError> for Problem {
    fn from(error: LoginError) -> Self {
        let detail = error.to_string();
        match error {
            LoginError::Wrong => Self::not_let_in(detail, "wrong-password"),
            LoginError::CodeWanted => Self::not_let_in(detail, "code-wanted"),
            LoginError::WrongCode => Self::not_let_in(detail, "wrong-code"),
            LoginError::Throttled(wait) => {
                let problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "too many attempts").detail(detail);
                Self { retry_after: Some(wait), ..problem }.key("throttled")
            }
            LoginError::Busy => Self::new(StatusCode::SERVICE_UNAVAILABLE, "too busy").detail(detail),
            LoginError::Rule(rule) => Self::field("password", detail).key(match rule {
                RuleError::TooShort { .. } => "password-too-short",
                RuleError::TooLong => "password-too-long",
                RuleError::Common => "password-common",
            }),
            LoginError::Field(field, _) => Self::field(field, detail),
            LoginError::TotpThere => {
                Self::new(StatusCode::CONFLICT, "there is a second factor").detail(detail).key("totp-there")
            }
            LoginError::Totp(_) | LoginError::Seal(_) | LoginError::Note(_) | LoginError::Db(_) => {
                tracing::error!(%error, "a request failed");
                Self::internal()
            }
        }
    }
}
