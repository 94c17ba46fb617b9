//! The program's commands beside a relay that serves.

mod common;

use std::path::Path;
use std::process::{Command, Output};

use common::{House, soon};
use serde_json::json;

fn relay(state: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_relay"));
    command.arg("--state").arg(state).args(arguments).env("RUST_LOG", "error");
    command.output().expect("the relay's program runs")
}

/// What a command that must work prints.
fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn refusal(output: &Output) -> String {
    assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

async fn log_in(house: &House, user: &str, printed: &str) -> u16 {
    let password = printed.lines().find_map(|line| line.strip_prefix("password: ")).expect("a password");
    house.post("/api/login", json!({ "user": user, "password": password })).await.status().as_u16()
}

#[tokio::test]
async fn an_operator_makes_accounts_and_lets_people_in_again() {
    let house = House::open().await;
    let admin = |arguments: &[&str]| relay(house.state(), &[&["admin"], arguments].concat());
    let made = printed(&admin(&["create-account", "--user", "Ana", "--name", "Ana"]));
    assert!(made.starts_with("user: ana\n"), "{made}");
    assert_eq!(log_in(&house, "ana", &made).await, 200);
    let again = refusal(&admin(&["create-account", "--user", "ana", "--name", "Ana"]));
    assert!(again.contains("taken"), "{again}");
    assert_eq!(printed(&admin(&["list-logins", "--user", "ana"])).lines().count(), 1);

    let mut events = house.get("/api/events").await;
    soon(events.chunk()).await.expect("read").expect("an event");
    let reset = printed(&admin(&["reset-password", "--user", "ana"]));
    let last = soon(events.chunk()).await.expect("read").expect("an event");
    assert!(last.starts_with(b"event: logout"), "what was open ends soon: {last:?}");
    assert_eq!(log_in(&house, "ana", &made).await, 401);
    assert_eq!(log_in(&house, "ana", &reset).await, 200);
    printed(&admin(&["unlock", "--user", "ana"]));
    let none = refusal(&admin(&["disable-totp", "--user", "ana"]));
    assert!(none.contains("no second factor"), "{none}");
}

#[tokio::test]
async fn a_copy_is_made_while_the_relay_serves_and_put_back_while_it_does_not() {
    let house = House::open().await;
    let copies = tempfile::tempdir().expect("a folder");
    let copy = copies.path().join("copy.sqlite");
    let copy = copy.to_str().expect("a path");
    printed(&relay(house.state(), &["backup", "--to", copy]));
    let running = refusal(&relay(house.state(), &["restore", "--from", copy]));
    assert!(running.contains("stop it first"), "{running}");

    let late =
        printed(&relay(house.state(), &["admin", "create-account", "--user", "late", "--name", "Late"]));
    assert_eq!(log_in(&house, "late", &late).await, 200);
    let password = house.password();
    let state = house.stop().await;
    let newer = refusal(&relay(state.path(), &["restore", "--from", copy]));
    assert!(newer.contains("--force"), "{newer}");
    printed(&relay(state.path(), &["restore", "--from", copy, "--force"]));
    let house = House::open_in(state, None).await;
    assert_eq!(log_in(&house, "late", &late).await, 401);
    assert_eq!(log_in(&house, "admin", &format!("password: {password}")).await, 200);
}

#[tokio::test]
async fn a_database_on_a_server_is_left_to_its_own_tools() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = services::postgres::empty_database();
    let refused = refusal(&relay(folder.path(), &["--database", &url, "backup", "--to", "copy"]));
    assert!(refused.contains("pg_dump"), "{refused}");
}
