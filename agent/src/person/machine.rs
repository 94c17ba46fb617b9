//! What the person at this computer knows, is asked and says: one state machine, without a clock and without a screen.
//!
//! It hears what the relay grants and what the person types, and says what is shown, what is answered, and, for each
//! technician, whether he may act at all. A no, and the end of a session, hold against whatever is granted later.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use wire::control::{
    ChatSaid, ChatSay, ConsentAnswer, ConsentAsk, ConsentBy, CustomerEnds, Right, SeatGranted, control::Body,
};
use wire::{Seat, SessionId};

/// Sessions that are remembered, those that the person ended among them.
const ROOMS_MAX: usize = 64;

/// Technicians of one session that are remembered.
const PEOPLE_MAX: usize = 64;

/// The longest that anybody is asked, whatever the relay says.
const ASK_MAX: Duration = Duration::from_secs(600);

/// How long the person is asked where it is this computer's own rule.
const OWN_ASK: Duration = Duration::from_secs(60);

/// Whether and how somebody can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Settings {
    /// There is a place where questions are shown and answers typed.
    pub(crate) has_person: bool,
    /// Everybody is asked for, whatever the relay's policy says.
    pub(crate) asks_always: bool,
}

/// What happens.
#[derive(Debug)]
pub(crate) enum Input {
    Granted(SeatGranted),
    /// A seat is empty.
    Left(SessionId, Seat),
    /// Nobody is in a session any more; for good, or until somebody is back.
    Closed(SessionId, bool),
    Asked(ConsentAsk),
    Said(ChatSaid),
    /// The person typed a line.
    Line(String),
    /// Time has passed.
    Tick,
}

/// What is to be done.
#[derive(Debug, PartialEq)]
pub(crate) enum Output {
    /// To the relay.
    Send(Body),
    /// One more line for the person.
    Show(String),
    /// The line that always stands at the end, instead of the one before.
    Status(String),
    /// What somebody may do may have changed.
    Changed,
}

/// Whether a technician may act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Asked,
    Allowed,
    Denied,
}

#[derive(Debug, Default)]
struct Room {
    seats: BTreeMap<Seat, Seated>,
    people: BTreeMap<String, Standing>,
    /// The person ended it.
    is_ended: bool,
    /// The newest message of the chat that was shown.
    said: u64,
}

#[derive(Debug)]
struct Seated {
    participant: String,
    name: String,
    rights: Vec<i32>,
}

/// A question to the person.
#[derive(Debug)]
struct Question {
    session: SessionId,
    /// `None`: it is this computer's own.
    request: Option<u32>,
    participant: String,
    name: String,
    until: Instant,
    silence_allows: bool,
}

/// See the top of this file.
#[derive(Debug, Default)]
pub(crate) struct Machine {
    settings: Settings,
    rooms: BTreeMap<SessionId, Room>,
    questions: VecDeque<Question>,
    out: VecDeque<Output>,
    status: String,
}

impl Machine {
    pub(crate) fn new(settings: Settings) -> Self {
        let mut machine = Self { settings, ..Self::default() };
        machine.follow_status();
        machine
    }

    /// What is to be done next.
    pub(crate) fn poll(&mut self) -> Option<Output> {
        self.out.pop_front()
    }

    /// When [`Input::Tick`] is wanted.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.questions.iter().map(|question| question.until).min()
    }

    /// Whether a technician may act in a session.
    pub(crate) fn may(&self, session: SessionId, participant: &str) -> bool {
        let Some(room) = self.rooms.get(&session) else { return !self.settings.asks_always };
        match room.people.get(participant) {
            _ if room.is_ended => false,
            Some(standing) => *standing == Standing::Allowed,
            None => !self.settings.asks_always,
        }
    }

    pub(crate) fn handle(&mut self, now: Instant, input: Input) {
        match input {
            Input::Granted(granted) => self.granted(now, granted),
            Input::Left(session, seat) => self.left(session, seat),
            Input::Closed(session, for_good) => self.closed(session, for_good),
            Input::Asked(ask) => self.asked(now, ask),
            Input::Said(said) => self.said(said),
            Input::Line(line) => self.line(line.trim()),
            Input::Tick => {}
        }
        self.answer_late(now);
        self.follow_status();
    }

    fn granted(&mut self, now: Instant, granted: SeatGranted) {
        let (session, seat) = (SessionId::from_wire(granted.session), Seat::from_wire(granted.seat));
        let SeatGranted { participant, name, rights, .. } = granted;
        let asks = self.settings.asks_always;
        let Some(room) = self.room(session) else { return };
        let is_new = !room.seats.contains_key(&seat);
        let standing = room.people.get(&participant).copied();
        let seated = Seated { participant: participant.clone(), name: name.clone(), rights };
        room.seats.insert(seat, seated);
        let is_ended = room.is_ended;
        match standing {
            None if asks => self.ask(
                now,
                Question {
                    session,
                    request: None,
                    participant,
                    name,
                    until: now + OWN_ASK,
                    silence_allows: false,
                },
            ),
            None | Some(Standing::Allowed) if is_new && !is_ended => {
                self.show(format!("{name} is connected."));
            }
            _ => {}
        }
        self.out.push_back(Output::Changed);
    }

    fn left(&mut self, session: SessionId, seat: Seat) {
        let Some(room) = self.rooms.get_mut(&session) else { return };
        let Some(gone) = room.seats.remove(&seat) else { return };
        if room.people.get(&gone.participant) != Some(&Standing::Denied) && !room.is_ended {
            self.show(format!("{} is not connected any more.", gone.name));
        }
    }

    fn closed(&mut self, session: SessionId, for_good: bool) {
        let Some(room) = self.rooms.get_mut(&session) else { return };
        let was_there = !room.seats.is_empty() && !room.is_ended;
        room.seats.clear();
        let is_ended = room.is_ended;
        self.questions.retain(|question| question.session != session);
        if for_good && !is_ended {
            self.rooms.remove(&session);
        }
        if was_there {
            self.show("Nobody is connected any more.".to_owned());
        }
    }

    fn asked(&mut self, now: Instant, ask: ConsentAsk) {
        let session = SessionId::from_wire(ask.session);
        let ConsentAsk { request, participant, name, timeout_ms, silence_allows, .. } = ask;
        let Some(room) = self.room(session) else {
            return self.answer(session, Some(request), false, ConsentBy::Absence);
        };
        match room.people.get(&participant) {
            _ if room.is_ended => return self.answer(session, Some(request), false, ConsentBy::Person),
            // What the person said holds as long as the session.
            Some(Standing::Allowed) => return self.answer(session, Some(request), true, ConsentBy::Person),
            Some(Standing::Denied) => return self.answer(session, Some(request), false, ConsentBy::Person),
            Some(Standing::Asked) | None => {}
        }
        let longest = Duration::from_millis(timeout_ms.into()).min(ASK_MAX);
        let until = now + longest;
        let request = Some(request);
        self.ask(now, Question { session, request, participant, name, until, silence_allows });
    }

    /// Asks the person; where nobody can be asked, silence answers at once.
    fn ask(&mut self, now: Instant, question: Question) {
        let Some(room) = self.room(question.session) else { return };
        if PEOPLE_MAX <= room.people.len() && !room.people.contains_key(&question.participant) {
            return self.answer(question.session, question.request, false, ConsentBy::Absence);
        }
        room.people.insert(question.participant.clone(), Standing::Asked);
        self.out.push_back(Output::Changed);
        if !self.settings.has_person {
            return self.decide(&question, question.silence_allows, ConsentBy::Absence);
        }
        let seconds = question.until.saturating_duration_since(now).as_secs();
        let silence = if question.silence_allows { "allowed" } else { "denied" };
        self.show(format!(
            "{} wants to connect to this computer. Type \"yes\" to allow it or \"no\" to deny it. \
             Without an answer it is {silence} in {seconds} seconds.",
            question.name
        ));
        self.questions.push_back(question);
    }

    /// The questions whose time is over.
    fn answer_late(&mut self, now: Instant) {
        while let Some(place) = self.questions.iter().position(|question| question.until <= now) {
            let Some(question) = self.questions.remove(place) else { return };
            let allowed = question.silence_allows;
            let what = if allowed { "may connect" } else { "may not connect" };
            self.show(format!("Nobody answered: {} {what}.", question.name));
            self.decide(&question, allowed, ConsentBy::Silence);
        }
    }

    fn decide(&mut self, question: &Question, is_allowed: bool, by: ConsentBy) {
        if let Some(room) = self.rooms.get_mut(&question.session) {
            let standing = if is_allowed { Standing::Allowed } else { Standing::Denied };
            room.people.insert(question.participant.clone(), standing);
        }
        self.out.push_back(Output::Changed);
        self.answer(question.session, question.request, is_allowed, by);
    }

    fn answer(&mut self, session: SessionId, request: Option<u32>, is_allowed: bool, by: ConsentBy) {
        let Some(request) = request else { return };
        let answer = ConsentAnswer { session: session.to_wire(), request, is_allowed, by: by.into() };
        self.out.push_back(Output::Send(Body::ConsentAnswer(answer)));
    }

    fn said(&mut self, said: ChatSaid) {
        let Some(room) = self.room(SessionId::from_wire(said.session)) else { return };
        if said.message <= room.said {
            return;
        }
        room.said = said.message;
        let name = if said.is_own { "You" } else { said.name.as_str() };
        // A text that steers terminals is none that a person wrote.
        let text: String =
            said.text.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect();
        self.show(format!("{name}: {text}"));
    }

    fn line(&mut self, line: &str) {
        match (line.to_lowercase().as_str(), self.questions.is_empty()) {
            ("", _) => {}
            ("yes" | "y" | "allow", false) => self.answer_first(true),
            ("no" | "n" | "deny", false) => self.answer_first(false),
            ("/end", _) => self.end(),
            ("/who", _) => {
                let status = self.status_now();
                self.show(status);
            }
            (command, _) if command.starts_with('/') => {
                self.show(
                    "/end ends every session at once, /who says who is connected. \
                           Anything else is said to them."
                        .to_owned(),
                );
            }
            _ => self.say(line),
        }
    }

    fn answer_first(&mut self, is_allowed: bool) {
        let Some(question) = self.questions.pop_front() else { return };
        let what = if is_allowed { "may connect" } else { "may not connect" };
        self.show(format!("{} {what}.", question.name));
        self.decide(&question, is_allowed, ConsentBy::Person);
    }

    fn end(&mut self) {
        let ended: Vec<SessionId> =
            self.rooms.iter().filter(|(_, room)| !room.is_ended).map(|(&session, _)| session).collect();
        for question in std::mem::take(&mut self.questions) {
            self.decide(&question, false, ConsentBy::Person);
        }
        for session in &ended {
            if let Some(room) = self.rooms.get_mut(session) {
                room.is_ended = true;
                room.seats.clear();
            }
            let ends = CustomerEnds { session: session.to_wire() };
            self.out.push_back(Output::Send(Body::CustomerEnds(ends)));
        }
        self.out.push_back(Output::Changed);
        let said =
            if ended.is_empty() { "There is no session." } else { "You ended it. Nobody is connected." };
        self.show(said.to_owned());
    }

    fn say(&mut self, line: &str) {
        let live = self.rooms.iter().filter(|(_, room)| !room.is_ended && !room.seats.is_empty());
        let live: Vec<SessionId> = live.map(|(&session, _)| session).collect();
        if live.is_empty() {
            return self.show("Nobody is connected who could read that.".to_owned());
        }
        for session in live {
            let mut text = line.to_owned();
            text.truncate(text.floor_char_boundary(wire::limits::CHAT_BYTES_MAX));
            let say = ChatSay { session: session.to_wire(), text };
            self.out.push_back(Output::Send(Body::ChatSay(say)));
        }
    }

    fn show(&mut self, line: String) {
        self.out.push_back(Output::Show(line));
    }

    /// A session's room; `None` when there are as many as may be, none of which can be forgotten.
    fn room(&mut self, session: SessionId) -> Option<&mut Room> {
        if ROOMS_MAX <= self.rooms.len() && !self.rooms.contains_key(&session) {
            // The oldest is the one of the smallest number.
            let idle = self.rooms.iter().find(|(_, room)| room.seats.is_empty()).map(|(&session, _)| session);
            self.rooms.remove(&idle?);
        }
        Some(self.rooms.entry(session).or_default())
    }

    fn follow_status(&mut self) {
        let status = self.status_now();
        if status != self.status {
            self.status.clone_from(&status);
            self.out.push_back(Output::Status(status));
        }
    }

    /// Who is connected, and what each may do.
    fn status_now(&self) -> String {
        let mut people = BTreeMap::new();
        for (&session, room) in self.rooms.iter().filter(|(_, room)| !room.is_ended) {
            for seated in room.seats.values().filter(|seated| self.may(session, &seated.participant)) {
                people.insert(
                    (session, &seated.participant),
                    format!("{} may {}", seated.name, words(&seated.rights)),
                );
            }
        }
        if people.is_empty() {
            return "[nobody is connected]".to_owned();
        }
        let people: Vec<String> = people.into_values().collect();
        format!("[connected: {} · /end ends it]", people.join("; "))
    }
}

/// Rights in words, the weighty ones first.
fn words(rights: &[i32]) -> String {
    const WORDS: &[(Right, &str)] = &[
        (Right::View, "see the screen"),
        (Right::Control, "use mouse and keyboard"),
        (Right::RestrictCustomer, "turn off your screen and keyboard"),
        (Right::Shell, "open a command shell"),
        (Right::ListFiles, "list files"),
        (Right::Upload, "send files here"),
        (Right::Download, "fetch files from here"),
        (Right::ChangeFiles, "change files"),
        (Right::ReadClipboard, "read the clipboard"),
        (Right::WriteClipboard, "fill the clipboard"),
        (Right::SystemInformation, "see system information"),
        (Right::ManageProcesses, "end programs"),
        (Right::Actions, "lock or restart the computer"),
        (Right::Scripts, "run scripts"),
        (Right::RunAs, "act as another user"),
    ];
    let has = |right: Right| rights.contains(&right.into());
    let words: Vec<&str> = WORDS.iter().filter(|(right, _)| has(*right)).map(|(_, words)| *words).collect();
    if words.is_empty() { "do nothing".to_owned() } else { words.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SESSION: SessionId = SessionId::LINK;

    fn granted(name: &str) -> Input {
        Input::Granted(SeatGranted {
            session: SESSION.to_wire(),
            seat: 1,
            participant: format!("account {name}"),
            name: name.to_owned(),
            rights: vec![Right::View.into(), Right::Control.into()],
            ..SeatGranted::default()
        })
    }

    fn asked(name: &str, silence_allows: bool) -> Input {
        Input::Asked(ConsentAsk {
            session: SESSION.to_wire(),
            request: 5,
            participant: format!("account {name}"),
            name: name.to_owned(),
            timeout_ms: 10_000,
            silence_allows,
            ..ConsentAsk::default()
        })
    }

    fn said(machine: &mut Machine) -> Vec<Output> {
        std::iter::from_fn(|| machine.poll()).collect()
    }

    fn answers(outputs: &[Output]) -> Vec<(bool, ConsentBy)> {
        let answer = |output: &Output| match output {
            Output::Send(Body::ConsentAnswer(answer)) => Some((answer.is_allowed, answer.by())),
            _ => None,
        };
        outputs.iter().filter_map(answer).collect()
    }

    fn status(outputs: &[Output]) -> Option<&str> {
        let status = |output: &Output| match output {
            Output::Status(status) => Some(status.clone()),
            _ => None,
        };
        outputs.iter().rev().find_map(|output| {
            status(output).map(|_| match output {
                Output::Status(status) => status.as_str(),
                _ => "",
            })
        })
    }

    fn person() -> Machine {
        Machine::new(Settings { has_person: true, asks_always: false })
    }

    fn line(text: &str) -> Input {
        Input::Line(text.to_owned())
    }

    #[test]
    fn s108_a_yes_lets_in_and_a_no_holds_against_whatever_is_granted() {
        let now = Instant::now();
        let mut machine = person();
        machine.handle(now, asked("Ada", false));
        assert!(!machine.may(SESSION, "account Ada"), "nobody acts before the answer");
        machine.handle(now, line("no"));
        assert_eq!(answers(&said(&mut machine)), [(false, ConsentBy::Person)]);
        machine.handle(now, granted("Ada"));
        assert!(!machine.may(SESSION, "account Ada"), "the relay lies");
        machine.handle(now, asked("Ada", true));
        assert_eq!(answers(&said(&mut machine)), [(false, ConsentBy::Person)], "he is not asked again");

        machine.handle(now, asked("Ben", false));
        machine.handle(now, line("YES"));
        assert_eq!(answers(&said(&mut machine)), [(true, ConsentBy::Person)]);
        assert!(machine.may(SESSION, "account Ben") && !machine.may(SESSION, "account Ada"));
    }

    #[test]
    fn s108_silence_is_what_the_policy_says() {
        for silence_allows in [false, true] {
            let now = Instant::now();
            let mut machine = person();
            machine.handle(now, asked("Ada", silence_allows));
            assert_eq!(answers(&said(&mut machine)), []);
            let late = machine.deadline().expect("an end of waiting");
            assert_eq!(late - now, Duration::from_secs(10));
            machine.handle(late, Input::Tick);
            assert_eq!(answers(&said(&mut machine)), [(silence_allows, ConsentBy::Silence)]);
            assert_eq!(machine.may(SESSION, "account Ada"), silence_allows);
            assert_eq!(machine.deadline(), None);
        }
    }

    #[test]
    fn s108_where_nobody_can_be_asked_nobody_waits() {
        let mut machine = Machine::new(Settings::default());
        machine.handle(Instant::now(), asked("Ada", true));
        assert_eq!(answers(&said(&mut machine)), [(true, ConsentBy::Absence)]);
        assert!(machine.may(SESSION, "account Ada"));
    }

    #[test]
    fn a_computer_that_always_asks_asks_though_the_relay_does_not() {
        let now = Instant::now();
        let mut machine = Machine::new(Settings { has_person: true, asks_always: true });
        machine.handle(now, granted("Ada"));
        assert!(!machine.may(SESSION, "account Ada"));
        assert_eq!(answers(&said(&mut machine)), [], "it is nobody else's question");
        machine.handle(now, line("y"));
        assert!(machine.may(SESSION, "account Ada"));
    }

    #[test]
    fn the_line_at_the_end_says_who_is_connected_and_what_he_may_do() {
        let now = Instant::now();
        let mut machine = person();
        assert_eq!(status(&said(&mut machine)), Some("[nobody is connected]"));
        machine.handle(now, granted("Ada"));
        let outputs = said(&mut machine);
        let expected = "[connected: Ada may see the screen, use mouse and keyboard · /end ends it]";
        assert_eq!(status(&outputs), Some(expected));
        machine.handle(now, Input::Left(SESSION, Seat::from_wire(1)));
        assert_eq!(status(&said(&mut machine)), Some("[nobody is connected]"));
    }

    #[test]
    fn who_ends_it_is_alone_at_once_and_stays_alone() {
        let now = Instant::now();
        let mut machine = person();
        machine.handle(now, granted("Ada"));
        assert!(machine.may(SESSION, "account Ada"));
        said(&mut machine);
        machine.handle(now, line("/end"));
        let outputs = said(&mut machine);
        let ends = Body::CustomerEnds(CustomerEnds { session: SESSION.to_wire() });
        assert!(outputs.contains(&Output::Send(ends)), "{outputs:?}");
        assert!(!machine.may(SESSION, "account Ada"));
        machine.handle(now, granted("Ada"));
        machine.handle(now, Input::Closed(SESSION, true));
        machine.handle(now, granted("Ada"));
        assert!(!machine.may(SESSION, "account Ada"), "whatever the relay says");
        assert_eq!(status(&said(&mut machine)), None, "nobody is connected, as before");
    }

    #[test]
    fn s273_what_is_said_is_shown_once_and_what_is_typed_is_said() {
        let now = Instant::now();
        let mut machine = person();
        machine.handle(now, line("hello?"));
        assert!(said(&mut machine).iter().all(|output| !matches!(output, Output::Send(_))), "to nobody");
        machine.handle(now, granted("Ada"));
        said(&mut machine);
        let message = ChatSaid {
            message: 4,
            name: "Ada".to_owned(),
            text: "Good\u{1b}[2J day".to_owned(),
            ..ChatSaid::default()
        };
        machine.handle(now, Input::Said(message.clone()));
        machine.handle(now, Input::Said(message));
        assert_eq!(said(&mut machine), [Output::Show("Ada: Good [2J day".to_owned())]);
        machine.handle(now, line("It is the printer."));
        let say = ChatSay { session: SESSION.to_wire(), text: "It is the printer.".to_owned() };
        assert_eq!(said(&mut machine), [Output::Send(Body::ChatSay(say))]);
    }

    #[test]
    fn a_relay_that_opens_sessions_without_end_fills_no_memory() {
        let mut machine = person();
        for session in 0..10_000_u64 {
            machine
                .handle(Instant::now(), Input::Said(ChatSaid { session, message: 1, ..ChatSaid::default() }));
            said(&mut machine);
        }
        assert!(machine.rooms.len() <= ROOMS_MAX);
    }
}
