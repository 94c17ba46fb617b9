//! The cookie that carries a login.
//!
//! Over TLS its name begins with `__Host-`, which binds it to this very host and to TLS. Plain HTTP exists on
//! loopback only; Chromium takes that prefix there, others do not, so the cookie has another name.

use std::time::Duration;

use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};

const OVER_TLS: &str = "__Host-nearhand";
const ON_LOOPBACK: &str = "nearhand";

/// The token in a request's cookies, if there is one.
pub(crate) fn token_of(jar: &CookieJar, over_tls: bool) -> Option<&str> {
    jar.get(name(over_tls)).map(Cookie::value)
}

/// Hands out the token.
pub(crate) fn set_cookie(jar: CookieJar, token: String, over_tls: bool, lifetime: Duration) -> CookieJar {
    jar.add(cookie(token, over_tls, lifetime))
}

/// Takes the token back.
pub(crate) fn clear_cookie(jar: CookieJar, over_tls: bool) -> CookieJar {
    jar.add(cookie(String::new(), over_tls, Duration::ZERO))
}

/// `Lax`, because links from elsewhere must be able to land on the console.
fn cookie(token: String, over_tls: bool, lifetime: Duration) -> Cookie<'static> {
    let mut cookie = Cookie::new(name(over_tls), token);
    cookie.set_path("/");
    cookie.set_http_only(true);
    cookie.set_secure(over_tls);
    cookie.set_same_site(SameSite::Lax);
    if let Ok(lifetime) = lifetime.try_into() {
        cookie.set_max_age(Some(lifetime));
    }
    cookie
}

fn name(over_tls: bool) -> &'static str {
    if over_tls { OVER_TLS } else { ON_LOOPBACK }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_tls_the_cookie_is_bound_to_this_host() {
        let text = cookie("abc".to_owned(), true, Duration::from_secs(60)).to_string();
        for part in ["__Host-nearhand=abc", "HttpOnly", "Secure", "SameSite=Lax", "Path=/", "Max-Age=60"] {
            assert!(text.contains(part), "{part} is missing in {text}");
        }
        assert!(!text.contains("Domain"), "{text}");
    }

    #[test]
    fn on_plain_loopback_it_works_without_tls() {
        let text = cookie("abc".to_owned(), false, Duration::from_secs(60)).to_string();
        assert!(text.starts_with("nearhand=abc"), "{text}");
        assert!(text.contains("HttpOnly") && !text.contains("Secure"), "{text}");
    }
}
