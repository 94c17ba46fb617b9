//! The states of a session, as `docs/session-states.md` shows them: drawn from what happens when anybody does
//! anything. `UPDATE_EXPECT=1` writes the page anew.

use std::cell::RefCell;
use std::collections::BTreeSet;

use desk::session::{Event, Moved, Place, Session};
use expect_test::expect_file;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::random::{HOUSE, plays, sequence};

const HEAD: &str = "\
# The states of a session

A session of the desk waits in a queue, is put aside by its owner (*kept*: it waits in his personal queue), is owned,
or is owned and offered to somebody else. An offer moves nothing: only who accepts it becomes the owner. A session that
ended is not on the desk any more. The rules are in [engine/desk/src/session](../engine/desk/src/session/mod.rs).

A test lets anybody do anything, and draws here every step that it sees, by the name of its event and, where it has
one, its reason (`cargo nextest run -p desk --test support graph`; `UPDATE_EXPECT=1` writes this page).

```mermaid
stateDiagram-v2
";

const TAIL: &str = "\
```

- `sent`, `rule`: a technician, or a rule of the queue, sends it elsewhere.
- `technician_lost`: its technician logged out, lost his account, or lost his connection for longer than the grace. It
  returns to the queue that it came to last; from somebody's personal queue to his first team, if he has one.
- `kept`: its owner put it aside. `owner_left`: he offered it to somebody and left.
- Where the customer is gone, nothing waits: what would return to a queue ends.
";

#[test]
fn the_page_of_session_states_shows_every_step_that_is_possible() {
    // Always the same sequences: the page must not change by chance.
    let config = Config { failure_persistence: None, ..Config::with_cases(800) };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let edges = RefCell::new(BTreeSet::new());
    let result = runner.run(&sequence(), |numbers| {
        let mut desk = HOUSE.desk.clone();
        plays(&numbers, |_, at, _, events| {
            for event in events {
                let desk::Event::Session(step) = event else {
                    desk.apply(at, event);
                    continue;
                };
                let before = state(desk.session(step.session()));
                desk.apply(at, event);
                let after = state(desk.session(step.session()));
                if let Some(label) = label(step) {
                    edges.borrow_mut().insert(format!("    {before} --> {after}: {label}\n"));
                } else {
                    assert_eq!(before, after, "{step:?} is a step, and has no name");
                }
            }
        });
        Ok(())
    });
    result.expect("what holds is tried elsewhere");
    let edges: String = edges.into_inner().into_iter().collect();
    expect_file!["../../../../docs/session-states.md"].assert_eq(&format!("{HEAD}{edges}{TAIL}"));
}

fn state(session: Option<&Session>) -> &'static str {
    match session.map(|session| (session.place, session.transfer)) {
        None => "[*]",
        Some((Place::Waiting { is_kept: true, .. }, _)) => "Kept",
        Some((Place::Waiting { .. }, _)) => "Waiting",
        Some((Place::Owned { .. }, None)) => "Owned",
        Some((Place::Owned { .. }, Some(_))) => "Offered",
    }
}

fn label(event: &Event) -> Option<&'static str> {
    Some(match event {
        Event::Started { .. } => "started",
        Event::Moved { why, .. } => match why {
            Moved::Sent => "moved (sent)",
            Moved::Rule { .. } => "moved (rule)",
            Moved::TechnicianLost => "moved (technician_lost)",
            Moved::Kept => "moved (kept)",
            Moved::OwnerLeft => "moved (owner_left)",
        },
        Event::Owned { .. } => "owned",
        Event::TransferOffered { .. } => "transfer_offered",
        Event::TransferEnded { .. } => "transfer_ended",
        Event::Ended { .. } => "ended",
        _ => return None,
    })
}
