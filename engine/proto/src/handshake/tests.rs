//! Greetings as scripts: what both sides say until they are open or closed.

use std::time::{Duration, Instant};

use bytes::Bytes;
use expect_test::{Expect, expect};
use wire::control::{
    AgentKey, Control, Hello, Refusal, RefusalCode, Role, Welcome, control::Body, hello::Proof,
};
use wire::version::{OURS, Protocols};

use super::{Acceptor, HANDSHAKE_TIMEOUT, Opener, acceptor, opener};

fn start() -> Instant {
    // The machines only compare moments, so any will do.
    static START: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(|| {
        #[expect(clippy::disallowed_methods, reason = "a moment to begin with; nothing is measured")]
        Instant::now()
    });
    *START
}

fn agent() -> Hello {
    let key = AgentKey { public_key: Bytes::from_static(&[1; 32]), signature: Bytes::from_static(&[2; 64]) };
    Hello { role: Role::Agent.into(), proof: Some(Proof::AgentKey(key)), ..Hello::default() }
}

fn message(body: Body) -> Control {
    Control { body: Some(body) }
}

fn named(body: &Body) -> String {
    match body {
        Body::Hello(hello) => format!("hello {}-{}", hello.protocol_min, hello.protocol_max),
        Body::Welcome(welcome) => format!("welcome {}", welcome.protocol),
        Body::Refusal(refusal) => format!("refusal {:?}: {}", refusal.code(), refusal.detail),
        other => format!("{other:?}"),
    }
}

/// Lets both sides talk until neither has anything to say; `verdict` is what the relay finds of the proof.
fn greet(opener: Protocols, relay: Protocols, hello: Hello, verdict: acceptor::Input) -> String {
    let mut lines = Vec::new();
    let mut verdict = Some(verdict);
    let (mut opener, mut relay) = (Opener::new(start(), opener, hello), Acceptor::new(start(), relay));
    loop {
        if let Some(output) = opener.poll() {
            let line = match output {
                opener::Output::Send(body) => {
                    relay.handle(start(), acceptor::Input::Message(message(body.clone())));
                    named(&body)
                }
                opener::Output::Open(welcome) => format!("open in {}", welcome.protocol),
                opener::Output::Close(error) => format!("close {:?}: {error}", error.close_code()),
            };
            lines.push(format!("opener: {line}"));
        } else if let Some(output) = relay.poll() {
            let line = match output {
                acceptor::Output::Send(body) => {
                    opener.handle(start(), opener::Input::Message(message(body.clone())));
                    named(&body)
                }
                acceptor::Output::Verify(_) => {
                    relay.handle(start(), verdict.take().expect("one proof, one verdict"));
                    "verify".to_owned()
                }
                acceptor::Output::Open { protocol } => format!("open in {protocol}"),
                acceptor::Output::Close(error) => format!("close {:?}: {error}", error.close_code()),
            };
            lines.push(format!("relay: {line}"));
        } else {
            return lines.join("\n") + "\n";
        }
    }
}

fn check(opener: (u32, u32), relay: (u32, u32), said: &Expect) {
    let protocols = |(min, max)| Protocols { min, max };
    let welcome = acceptor::Input::Verified(Welcome::default());
    said.assert_eq(&greet(protocols(opener), protocols(relay), agent(), welcome));
}

#[test]
fn the_newest_protocol_that_both_speak_is_chosen() {
    check(
        (1, 3),
        (2, 5),
        &expect![[r#"
        opener: hello 1-3
        relay: verify
        relay: welcome 3
        opener: open in 3
        relay: open in 3
    "#]],
    );
}

#[test]
fn s4_an_opener_that_is_too_old_is_told_so() {
    check(
        (1, 1),
        (2, 3),
        &expect![[r#"
        opener: hello 1-1
        relay: refusal OpenerTooOld: the program that connects is too old: it speaks up to 1, the relay needs 2
        opener: close Refused: the program that connects is too old: it speaks up to 1, the relay needs 2
        relay: close Refused: the program that connects is too old: it speaks up to 1, the relay needs 2
    "#]],
    );
}

#[test]
fn s4_a_relay_that_is_too_old_is_told_so() {
    check(
        (4, 5),
        (2, 3),
        &expect![[r#"
        opener: hello 4-5
        relay: refusal RelayTooOld: the relay is too old: it speaks up to 3, the program that connects needs 4
        opener: close Refused: the relay is too old: it speaks up to 3, the program that connects needs 4
        relay: close Refused: the relay is too old: it speaks up to 3, the program that connects needs 4
    "#]],
    );
}

#[test]
fn a_wrong_proof_is_refused_with_its_reason() {
    let code = RefusalCode::NotKnown.into();
    let refusal = Refusal { code, detail: "no such key".to_owned(), ..Refusal::default() };
    let said = greet(OURS, OURS, agent(), acceptor::Input::Refused(refusal));
    expect![[r#"
        opener: hello 1-1
        relay: verify
        relay: refusal NotKnown: no such key
        opener: close Refused: refused: no such key
        relay: close Refused: refused: no such key
    "#]]
    .assert_eq(&said);
}

#[test]
fn a_proof_that_does_not_fit_the_role_is_never_verified() {
    let hello = Hello { role: Role::Technician.into(), ..agent() };
    let said = greet(OURS, OURS, hello, acceptor::Input::Tick);
    expect![[r#"
        opener: hello 1-1
        relay: refusal Malformed: a hello whose proof is not the one that its role needs
        opener: close Refused: refused: a hello whose proof is not the one that its role needs
        relay: close Refused: refused: a hello whose proof is not the one that its role needs
    "#]]
    .assert_eq(&said);
}

#[test]
fn a_welcome_in_a_protocol_that_was_not_offered_closes_the_link() {
    let mut opener = Opener::new(start(), OURS, agent());
    assert!(matches!(opener.poll(), Some(opener::Output::Send(Body::Hello(_)))));
    let welcome = Welcome { protocol: OURS.max + 1, ..Welcome::default() };
    opener.handle(start(), opener::Input::Message(message(Body::Welcome(welcome))));
    let said = format!("{:?}", opener.poll());
    expect!["Some(Close(NotOffered { chosen: 2, min: 1, max: 1 }))"].assert_eq(&said);
}

#[test]
fn silence_ends_the_handshake_at_its_deadline() {
    let mut opener = Opener::new(start(), OURS, agent());
    let mut relay = Acceptor::new(start(), OURS);
    let end = start() + HANDSHAKE_TIMEOUT;
    assert_eq!((opener.deadline(), relay.deadline()), (Some(end), Some(end)));
    let _hello = opener.poll();
    let early = end - Duration::from_millis(1);
    opener.handle(early, opener::Input::Tick);
    relay.handle(early, acceptor::Input::Tick);
    assert_eq!((opener.poll(), relay.poll()), (None, None));
    opener.handle(end, opener::Input::Tick);
    relay.handle(end, acceptor::Input::Tick);
    let timed_out = super::HandshakeError::TimedOut;
    assert_eq!(opener.poll(), Some(opener::Output::Close(timed_out.clone())));
    assert_eq!(relay.poll(), Some(acceptor::Output::Close(timed_out)));
    assert_eq!((opener.deadline(), relay.deadline()), (None, None));
}

#[test]
fn messages_of_a_newer_protocol_are_ignored_and_others_are_out_of_order() {
    let mut relay = Acceptor::new(start(), OURS);
    relay.handle(start(), acceptor::Input::Message(Control { body: None }));
    assert_eq!(relay.poll(), None);
    relay.handle(start(), acceptor::Input::Message(message(Body::Leave(wire::control::Leave::default()))));
    assert_eq!(relay.poll(), Some(acceptor::Output::Close(super::HandshakeError::OutOfOrder)));
}

#[test]
fn a_statement_can_stand_for_nothing_else() {
    assert_eq!(super::statement(&[7; 32])[..16], *b"nearhand agent 1");
    assert_eq!(super::statement(&[7; 32])[16..], [7; 32]);
}
