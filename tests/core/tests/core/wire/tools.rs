//! Messages of tools: their golden bytes, what they survive, and the limits on their fields.

use bytes::Bytes;
use proptest::prelude::*;
use serde_json::Value;
use wire::DecodeError;
use wire::limits::{CELL_BYTES_MAX, CLIPBOARD_BYTES_MAX, SCRIPT_BYTES_MAX, TOOL_PIECE_BYTES_MAX};
use wire::tools::{
    ActionEnded, ActionList, ActionRefused, Argument, Changed, Column, Content, ControlService, Credentials,
    Done, EndProcess, Failed, Failure, Fetch, Format, FromAction, FromClipboard, FromSystem, Item, Output,
    Put, Refused, Restrict, Restriction, Row, RunScript, RunSpecial, ScriptBody, Section, SectionEnd,
    ServiceAct, Special, StopAction, Stored, Table, ToAction, ToClipboard, ToSystem, ToolMessage, Unit,
    action_ended, decode, from_action, from_clipboard, from_system, to_action, to_bytes, to_clipboard,
};

use super::fields;
use super::kinds::{Kind, whole};
use super::properties::{
    arrives_in_pieces, claims_its_size, damage, stands_any_bytes, stands_damage, survives,
};
use super::vectors::{check, check_refusals};

macro_rules! kind {
    ($constant:ident, $message:ident, $file:literal) => {
        const $constant: Kind<$message> = Kind {
            name: $file,
            encode: |message| to_bytes(message),
            decode: |bytes| whole(bytes, decode::<$message>),
            describe: |message| describe(concat!("nearhand.tools.v1.", stringify!($message)), message),
        };
    };
}

kind!(TO_SYSTEM, ToSystem, "to-system");
kind!(FROM_SYSTEM, FromSystem, "from-system");
kind!(TO_CLIPBOARD, ToClipboard, "to-clipboard");
kind!(FROM_CLIPBOARD, FromClipboard, "from-clipboard");
kind!(TO_ACTION, ToAction, "to-action");
kind!(FROM_ACTION, FromAction, "from-action");

fn describe(name: &str, message: &impl ToolMessage) -> Value {
    fields::protobuf(name, message)
}

fn item(format: Format, bytes: usize) -> Item {
    Item { format: format.into(), bytes: bytes as u32 }
}

fn to_system() -> Vec<(&'static str, ToSystem)> {
    let some = vec![Section::Processes.into(), Section::Services.into()];
    vec![
        ("everything", ToSystem { request: 1, sections: vec![] }),
        ("two sections", ToSystem { request: u32::MAX, sections: some }),
    ]
}

fn processes() -> Table {
    let column = |id: &str, unit: Unit| Column { id: id.to_owned(), unit: unit.into() };
    let row = |cells: [&str; 3]| Row { cells: cells.map(str::to_owned).to_vec() };
    Table {
        section: Section::Processes.into(),
        id: "processes".to_owned(),
        columns: vec![
            column("process", Unit::Number),
            column("name", Unit::Text),
            column("memory", Unit::Bytes),
        ],
        rows: vec![row(["1", "init", "4096"]), row(["4711", "naïve", ""])],
        is_facts: false,
    }
}

fn from_system() -> Vec<(&'static str, FromSystem)> {
    let message = |body| FromSystem { request: 9, body: Some(body) };
    let end = |missing: &str| SectionEnd { section: Section::Updates.into(), missing: missing.to_owned() };
    vec![
        ("rows", message(from_system::Body::Table(processes()))),
        ("the end of a section", message(from_system::Body::SectionEnd(end("")))),
        ("a section that is not there", message(from_system::Body::SectionEnd(end("no apt here")))),
        ("the end of an answer", message(from_system::Body::Done(Done {}))),
        ("a body that this protocol does not have", FromSystem { request: 9, body: None }),
    ]
}

fn to_clipboard() -> Vec<(&'static str, ToClipboard)> {
    let message = |body| ToClipboard { body: Some(body) };
    let items = vec![item(Format::Text, 3), item(Format::Html, 10), item(Format::Png, 1 << 20)];
    vec![
        ("something in three forms", message(to_clipboard::Body::Put(Put { request: 1, items }))),
        ("its bytes", message(to_clipboard::Body::Piece(Bytes::from_static(b"abc")))),
        ("what is there now", message(to_clipboard::Body::Fetch(Fetch { request: 2, change: 0 }))),
        ("what was announced", message(to_clipboard::Body::Fetch(Fetch { request: 3, change: 1 << 40 }))),
    ]
}

fn from_clipboard() -> Vec<(&'static str, FromClipboard)> {
    let message = |body| FromClipboard { body: Some(body) };
    let items = || vec![item(Format::Text, 3)];
    let detail = "it has 20 MB".to_owned();
    let failed = Failed { request: 2, why: Failure::TooLarge.into(), detail };
    vec![
        ("a change", message(from_clipboard::Body::Changed(Changed { change: 5, items: items() }))),
        ("an answer", message(from_clipboard::Body::Content(Content { request: 2, items: items() }))),
        ("its bytes", message(from_clipboard::Body::Piece(Bytes::from_static(b"abc")))),
        ("it is there", message(from_clipboard::Body::Stored(Stored { request: 1 }))),
        ("it is not", message(from_clipboard::Body::Failed(failed))),
    ]
}

fn script() -> RunScript {
    RunScript {
        script: 12,
        arguments: vec![Argument { name: "printer".to_owned(), value: "3. Stock".to_owned() }],
        credentials: Some(Credentials { user: "root".to_owned(), password: "geheim".to_owned() }),
        name: "Restart the spooler".to_owned(),
        bodies: vec![ScriptBody {
            os: "linux".to_owned(),
            interpreter: "sh".to_owned(),
            text: "systemctl restart cups\n".to_owned(),
        }],
        timeout_s: 60,
    }
}

fn to_action() -> Vec<(&'static str, ToAction)> {
    let message = |body| ToAction { body: Some(body) };
    let special = RunSpecial { id: "lock".to_owned(), credentials: None };
    let end = EndProcess { process: 4711, started_ms: 1_795_000_000_123, is_forced: true };
    let service = ControlService { name: "cups.service".to_owned(), act: ServiceAct::Restart.into() };
    vec![
        ("what can be done", message(to_action::Body::List(Default::default()))),
        ("a special action", message(to_action::Body::Special(special))),
        ("a script", message(to_action::Body::Script(script()))),
        ("the end of a process", message(to_action::Body::EndProcess(end))),
        ("a service", message(to_action::Body::Service(service))),
        (
            "a dark screen, and no input",
            message(to_action::Body::Restrict(Restrict { screen: true, input: true })),
        ),
        ("enough", message(to_action::Body::Stop(StopAction {}))),
    ]
}

fn from_action() -> Vec<(&'static str, FromAction)> {
    let message = |body| FromAction { body: Some(body) };
    let ended = |by| message(from_action::Body::Ended(ActionEnded { by: Some(by) }));
    let special = |id: &str, missing: &str| Special {
        id: id.to_owned(),
        missing: missing.to_owned(),
        takes_credentials: missing.is_empty(),
    };
    let restriction = Restriction {
        no_screen: "X11 cannot".to_owned(),
        no_input: "X11 cannot".to_owned(),
        ..Restriction::default()
    };
    let list = ActionList {
        os: "linux".to_owned(),
        specials: vec![special("lock", "no session manager"), special("command_prompt", "")],
        restriction: Some(restriction.clone()),
        no_credentials: String::new(),
    };
    let detail = "authentication failed".to_owned();
    let refused = ActionRefused { why: Refused::Credentials.into(), detail };
    let taken = Restriction { is_taken_back: true, ..Restriction::default() };
    vec![
        ("what can be done", message(from_action::Body::List(list))),
        (
            "output",
            message(from_action::Body::Output(Output { bytes: Bytes::from_static(b"ok\n"), is_error: true })),
        ),
        ("a status", ended(action_ended::By::Status(7))),
        ("a signal", ended(action_ended::By::Signal(9))),
        ("done", ended(action_ended::By::Done(Done {}))),
        ("too long", ended(action_ended::By::TimedOut(Done {}))),
        ("stopped", ended(action_ended::By::Stopped(Done {}))),
        ("refused", message(from_action::Body::Refused(refused))),
        ("what cannot be restricted", message(from_action::Body::Restriction(restriction))),
        ("the customer has his computer back", message(from_action::Body::Restriction(taken))),
    ]
}

/// Damage that every kind answers alike.
fn damaged() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("a length over the limit", vec![0, 1, 0, 1]),
        ("no protobuf", vec![0, 0, 0, 1, 0xff]),
        ("a message that ends early", vec![0, 0, 0, 2, 8]),
    ]
}

#[test]
fn system_information_has_its_golden_bytes() {
    let mut wide = processes();
    wide.rows[0].cells.push("one too many".to_owned());
    let wide = FromSystem { request: 1, body: Some(from_system::Body::Table(wide)) };
    let wide = ("more cells than columns", to_bytes(&wide).to_vec());
    check(&TO_SYSTEM, to_system());
    check_refusals(&TO_SYSTEM, damaged());
    check(&FROM_SYSTEM, from_system());
    check_refusals(&FROM_SYSTEM, [damaged(), vec![wide]].concat());
}

#[test]
fn the_clipboard_has_its_golden_bytes() {
    let items = vec![item(Format::Png, CLIPBOARD_BYTES_MAX), item(Format::Text, 1)];
    let large = ToClipboard { body: Some(to_clipboard::Body::Put(Put { request: 1, items })) };
    let large = ("more than a clipboard takes", to_bytes(&large).to_vec());
    check(&TO_CLIPBOARD, to_clipboard());
    check_refusals(&TO_CLIPBOARD, [damaged(), vec![large]].concat());
    check(&FROM_CLIPBOARD, from_clipboard());
    check_refusals(&FROM_CLIPBOARD, damaged());
}

#[test]
fn actions_have_their_golden_bytes() {
    let special = RunSpecial { id: "x".repeat(257), credentials: None };
    let long = ToAction { body: Some(to_action::Body::Special(special)) };
    let long = ("an action whose name nobody reads to its end", to_bytes(&long).to_vec());
    check(&TO_ACTION, to_action());
    check_refusals(&TO_ACTION, [damaged(), vec![long]].concat());
    check(&FROM_ACTION, from_action());
    check_refusals(&FROM_ACTION, damaged());
}

fn refusal<M: ToolMessage>(message: &M) -> String {
    match message.check() {
        Err(error @ DecodeError::OverLimit { .. }) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn fields_over_a_limit_are_refused_with_it() {
    let action = |body| refusal(&ToAction { body: Some(body) });
    let text = "x".repeat(SCRIPT_BYTES_MAX + 1);
    let value = Argument { name: "a".to_owned(), value: text.clone() };
    let filled_in = RunScript { arguments: vec![value], ..RunScript::default() };
    let body = ScriptBody { text, ..ScriptBody::default() };
    let long = RunScript { bodies: vec![body], ..RunScript::default() };
    let mut table = processes();
    table.rows[0].cells[0] = "x".repeat(CELL_BYTES_MAX + 1);
    let piece = vec![0; TOOL_PIECE_BYTES_MAX + 1].into();
    let said = [
        action(to_action::Body::Script(filled_in)),
        action(to_action::Body::Script(long)),
        refusal(&FromSystem { request: 1, body: Some(from_system::Body::Table(table)) }),
        refusal(&ToClipboard { body: Some(to_clipboard::Body::Piece(piece)) }),
        refusal(&ToSystem { request: 1, sections: vec![1; 65] }),
    ];
    assert_eq!(
        said,
        [
            "values of arguments is 32769, the limit is 32768",
            "script is 32769, the limit is 32768",
            "cell is 4097, the limit is 4096",
            "piece is 32769, the limit is 32768",
            "sections is 65, the limit is 64",
        ]
    );
}

fn one_of<T: Clone + std::fmt::Debug + 'static>(
    examples: Vec<(&'static str, T)>,
) -> impl Strategy<Value = T> {
    let messages: Vec<T> = examples.into_iter().map(|(_, message)| message).collect();
    prop::sample::select(messages)
}

macro_rules! holds {
    ($name:ident, $kind:expr, $message:ident, $examples:expr) => {
        proptest! {
            #[test]
            fn $name(
                message in one_of($examples),
                more in prop::collection::vec(one_of($examples), 0..4),
                damage in damage(),
                any in prop::collection::vec(any::<u8>(), 0..200),
                piece in 1..40_usize,
            ) {
                survives(&$kind, &message)?;
                claims_its_size(&$kind, &message)?;
                stands_damage(&$kind, &message, &damage)?;
                stands_any_bytes(&$kind, any.into())?;
                arrives_in_pieces(&$kind, &more, piece, decode::<$message>)?;
            }
        }
    };
}

holds!(a_question_about_the_system_survives_the_wire_and_damage, TO_SYSTEM, ToSystem, to_system());
holds!(system_information_survives_the_wire_and_damage, FROM_SYSTEM, FromSystem, from_system());
holds!(what_is_put_into_a_clipboard_survives_the_wire_and_damage, TO_CLIPBOARD, ToClipboard, to_clipboard());
holds!(
    what_comes_of_a_clipboard_survives_the_wire_and_damage,
    FROM_CLIPBOARD,
    FromClipboard,
    from_clipboard()
);
holds!(an_action_survives_the_wire_and_damage, TO_ACTION, ToAction, to_action());
holds!(what_comes_of_an_action_survives_the_wire_and_damage, FROM_ACTION, FromAction, from_action());
