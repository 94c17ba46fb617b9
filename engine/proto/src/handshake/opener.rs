//! The side that connects: an agent, a technician, or a relay below another one.

use std::collections::VecDeque;
use std::mem;
use std::time::Instant;

use wire::control::{Control, Hello, Refusal, RefusalCode, Welcome, control::Body};
use wire::version::{Protocols, agree};

use super::{HANDSHAKE_TIMEOUT, HandshakeError};

/// What happens to an [`Opener`].
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// A message of the relay.
    Message(Control),
    /// Time has passed.
    Tick,
}

/// What the side that connects has to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Send this on the control stream.
    Send(Body),
    /// The link is open; the welcome's protocol is one that was offered.
    Open(Welcome),
    /// Close the link with [`HandshakeError::close_code`].
    Close(HandshakeError),
}

/// Sends a hello and waits for the answer.
#[derive(Debug)]
pub struct Opener {
    ours: Protocols,
    state: State,
    out: VecDeque<Output>,
}

#[derive(Debug)]
enum State {
    AwaitWelcome { until: Instant },
    Done,
}

impl Opener {
    /// Greets with `hello`, whose protocols are filled in from `ours`.
    ///
    /// A caller gives [`wire::version::OURS`]; the proof is made before, from the link's exporter and, for an agent,
    /// its signature over [`super::statement`].
    pub fn new(now: Instant, ours: Protocols, hello: Hello) -> Self {
        let hello = Hello { protocol_min: ours.min, protocol_max: ours.max, ..hello };
        let out = VecDeque::from([Output::Send(Body::Hello(hello))]);
        Self { ours, state: State::AwaitWelcome { until: now + HANDSHAKE_TIMEOUT }, out }
    }

    /// Takes one step. What comes after the end is ignored.
    pub fn handle(&mut self, now: Instant, input: Input) {
        self.state = match (mem::replace(&mut self.state, State::Done), input) {
            (State::Done, _) => State::Done,
            (State::AwaitWelcome { until }, Input::Tick) if until <= now => {
                self.end(Output::Close(HandshakeError::TimedOut))
            }
            // A message without a body comes from a newer relay, and this build cannot know it.
            (state, Input::Tick | Input::Message(Control { body: None })) => state,
            (State::AwaitWelcome { .. }, Input::Message(Control { body: Some(body) })) => {
                let output = self.answered(body);
                self.end(output)
            }
        };
    }

    /// What is to be done next; `None` when it is the peer's turn.
    pub fn poll(&mut self) -> Option<Output> {
        self.out.pop_front()
    }

    /// When an [`Input::Tick`] is wanted, if nothing else happens first.
    pub fn deadline(&self) -> Option<Instant> {
        match self.state {
            State::AwaitWelcome { until } => Some(until),
            State::Done => None,
        }
    }

    fn answered(&self, body: Body) -> Output {
        match body {
            Body::Welcome(welcome) => self.welcomed(welcome),
            Body::Refusal(refusal) => Output::Close(self.refused(refusal)),
            _ => Output::Close(HandshakeError::OutOfOrder),
        }
    }

    fn welcomed(&self, welcome: Welcome) -> Output {
        let Protocols { min, max } = self.ours;
        if (min..=max).contains(&welcome.protocol) {
            Output::Open(welcome)
        } else {
            Output::Close(HandshakeError::NotOffered { chosen: welcome.protocol, min, max })
        }
    }

    fn refused(&self, refusal: Refusal) -> HandshakeError {
        let code = refusal.code();
        let theirs = Protocols { min: refusal.protocol_min, max: refusal.protocol_max };
        let is_about_age = matches!(code, RefusalCode::OpenerTooOld | RefusalCode::RelayTooOld);
        match agree(self.ours, theirs) {
            Err(too_old) if is_about_age => too_old.into(),
            _ => {
                let Refusal { detail, retry_after_ms, .. } = refusal;
                HandshakeError::Refused { code, detail, retry_after_ms }
            }
        }
    }

    fn end(&mut self, output: Output) -> State {
        self.out.push_back(output);
        State::Done
    }
}
