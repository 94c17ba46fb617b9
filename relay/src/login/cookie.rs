//! The cookies: one carries a login, one tells the account's own browser from strangers, one is a customer's, one that of
//! somebody from outside who was invited into a session.
//!
//! Over TLS a name begins with `__Host-`, which binds the cookie to this very host and to TLS. Plain HTTP exists on
//! loopback only; Chromium takes that prefix there, others do not, so the cookies have other names.

use std::time::Duration;

use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};

const OVER_TLS: &str = "__Host-nearhand";
const ON_LOOPBACK: &str = "nearhand";
const BROWSER_OVER_TLS: &str = "__Host-nearhand-browser";
const BROWSER_ON_LOOPBACK: &str = "nearhand-browser";

const CUSTOMER_OVER_TLS: &str = "__Host-nearhand-customer";
const CUSTOMER_ON_LOOPBACK: &str = "nearhand-customer";

const GUEST_OVER_TLS: &str = "__Host-nearhand-guest";
const GUEST_ON_LOOPBACK: &str = "nearhand-guest";

/// How long a customer may come back to a session that still lives.
const CUSTOMER_FOR: Duration = Duration::from_secs(7 * 24 * 3600);

/// How long a browser stays known.
const KNOWN_FOR: Duration = Duration::from_secs(180 * 24 * 3600);

/// The token in a request's cookies, if there is one.
pub(crate) fn token_of(jar: &CookieJar, over_tls: bool) -> Option<&str> {
    jar.get(name(over_tls)).map(Cookie::value)
}

/// Hands out the token.
pub(crate) fn set_cookie(jar: CookieJar, token: String, over_tls: bool, lifetime: Duration) -> CookieJar {
    jar.add(cookie(name(over_tls), token, over_tls, lifetime))
}

/// What an account knows this browser by, if it does.
pub(crate) fn browser_of(jar: &CookieJar, over_tls: bool) -> Option<&str> {
    jar.get(browser_name(over_tls)).map(Cookie::value)
}

/// Makes this browser known. Logging out leaves it so.
pub(crate) fn set_browser(jar: CookieJar, value: String, over_tls: bool) -> CookieJar {
    jar.add(cookie(browser_name(over_tls), value, over_tls, KNOWN_FOR))
}

/// The secret of a customer's session, if there is one.
pub(crate) fn customer_of(jar: &CookieJar, over_tls: bool) -> Option<&str> {
    jar.get(customer_name(over_tls)).map(Cookie::value)
}

/// Hands out the secret of a customer's session.
pub(crate) fn set_customer(jar: CookieJar, secret: String, over_tls: bool) -> CookieJar {
    jar.add(cookie(customer_name(over_tls), secret, over_tls, CUSTOMER_FOR))
}

/// Takes it back.
pub(crate) fn clear_customer(jar: CookieJar, over_tls: bool) -> CookieJar {
    jar.add(cookie(customer_name(over_tls), String::new(), over_tls, Duration::ZERO))
}

/// The key of the invitation by which somebody from outside came in, if he did.
pub(crate) fn guest_of(jar: &CookieJar, over_tls: bool) -> Option<&str> {
    jar.get(guest_name(over_tls)).map(Cookie::value)
}

/// Keeps the key of an invitation that was used.
pub(crate) fn set_guest(jar: CookieJar, key: String, over_tls: bool) -> CookieJar {
    jar.add(cookie(guest_name(over_tls), key, over_tls, CUSTOMER_FOR))
}

/// Takes it back.
pub(crate) fn clear_guest(jar: CookieJar, over_tls: bool) -> CookieJar {
    jar.add(cookie(guest_name(over_tls), String::new(), over_tls, Duration::ZERO))
}

/// Takes the token back.
pub(crate) fn clear_cookie(jar: CookieJar, over_tls: bool) -> CookieJar {
    jar.add(cookie(name(over_tls), String::new(), over_tls, Duration::ZERO))
}

/// `Lax`, because links from elsewhere must be able to land on the console.
fn cookie(name: &'static str, value: String, over_tls: bool, lifetime: Duration) -> Cookie<'static> {
    let mut cookie = Cookie::new(name, value);
    cookie.set_path("/");
    cookie.set_http_only(true);
    cookie.set_secure(over_tls);
    cookie.set_same_site(SameSite::Lax);
    if let Ok(lifetime) = lifetime.try_into() {
        cookie.set_max_age(Some(lifetime));
    }
    cookie
}

fn browser_name(over_tls: bool) -> &'static str {
    if over_tls { BROWSER_OVER_TLS } else { BROWSER_ON_LOOPBACK }
}

fn customer_name(over_tls: bool) -> &'static str {
    if over_tls { CUSTOMER_OVER_TLS } else { CUSTOMER_ON_LOOPBACK }
}

fn guest_name(over_tls: bool) -> &'static str {
    if over_tls { GUEST_OVER_TLS } else { GUEST_ON_LOOPBACK }
}

fn name(over_tls: bool) -> &'static str {
    if over_tls { OVER_TLS } else { ON_LOOPBACK }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_tls_the_cookie_is_bound_to_this_host() {
        let text = cookie(name(true), "abc".to_owned(), true, Duration::from_secs(60)).to_string();
        for part in ["__Host-nearhand=abc", "HttpOnly", "Secure", "SameSite=Lax", "Path=/", "Max-Age=60"] {
            assert!(text.contains(part), "{part} is missing in {text}");
        }
        assert!(!text.contains("Domain"), "{text}");
    }

    #[test]
    fn on_plain_loopback_it_works_without_tls() {
        let text = cookie(name(false), "abc".to_owned(), false, Duration::from_secs(60)).to_string();
        assert!(text.starts_with("nearhand=abc"), "{text}");
        assert!(text.contains("HttpOnly") && !text.contains("Secure"), "{text}");
    }
}
