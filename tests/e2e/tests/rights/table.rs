//! Everything that a technician can ask of an endpoint on a stream, and the rights that it needs: written down once
//! more, apart from what relay and agent think, so that both can be held against it.

use std::path::Path;

use bytes::Bytes;
use wire::Writer;
use wire::control::Right;
use wire::file::{FilePath, ToFile};
use wire::shell::{Size, ToShell};
use wire::stream::StreamKind;
use wire::tools::{
    ControlService, Credentials, EndProcess, Fetch, Format, Item, ListActions, Put, Restrict, RunScript,
    RunSpecial, ScriptBody, Section, ServiceAct, ToAction, ToClipboard, ToSystem, to_action, to_bytes,
    to_clipboard,
};

/// All rights that there are.
pub(crate) const ALL: [Right; 15] = [
    Right::View,
    Right::Control,
    Right::RestrictCustomer,
    Right::Shell,
    Right::ListFiles,
    Right::Upload,
    Right::Download,
    Right::ChangeFiles,
    Right::ReadClipboard,
    Right::WriteClipboard,
    Right::SystemInformation,
    Right::ManageProcesses,
    Right::Actions,
    Right::Scripts,
    Right::RunAs,
];

/// What something needs.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Needs {
    /// Each of these.
    All(&'static [Right]),
    /// One of these, whichever.
    Any(&'static [Right]),
    /// Nothing helps.
    Nobody,
}

/// One thing that can be asked for.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(crate) name: &'static str,
    pub(crate) kind: StreamKind,
    /// What is said on the stream, behind its header.
    pub(crate) words: Bytes,
    pub(crate) needs: Needs,
}

/// One try: somebody with just these rights asks.
#[derive(Debug, Clone)]
pub(crate) struct Try {
    pub(crate) rights: Vec<Right>,
    pub(crate) is_allowed: bool,
}

impl Ask {
    /// With nothing, with everything but what it needs, and with nothing but that.
    pub(crate) fn tries(&self) -> Vec<Try> {
        let without = |missing: &[Right]| {
            let rights = ALL.into_iter().filter(|right| !missing.contains(right)).collect();
            Try { rights, is_allowed: false }
        };
        let with = |rights: &[Right]| Try { rights: rights.to_vec(), is_allowed: true };
        let mut tries = vec![Try { rights: Vec::new(), is_allowed: false }];
        match self.needs {
            Needs::All(all) => {
                tries.extend(all.iter().map(|&right| without(&[right])));
                tries.push(with(all));
            }
            Needs::Any(any) => {
                tries.push(without(any));
                tries.extend(any.iter().map(|&right| with(&[right])));
            }
            Needs::Nobody => tries.push(without(&[])),
        }
        tries
    }
}

/// The table. Files are in `folder`, which has a file `there`; `script` is in the library.
pub(crate) fn asks(folder: &Path, script: u64) -> Vec<Ask> {
    let mut all = files(folder);
    all.extend(actions(script));
    let ask = |name, kind, words, needs| Ask { name, kind, words, needs };
    let shell = |record: ToShell| {
        let mut out = Writer::new();
        record.encode(&mut out);
        out.into_bytes()
    };
    let clipboard = |body| to_bytes(&ToClipboard { body: Some(body) });
    let items = vec![Item { format: Format::Text.into(), bytes: 2 }];
    let put = [
        clipboard(to_clipboard::Body::Put(Put { request: 1, items })),
        clipboard(to_clipboard::Body::Piece(Bytes::from_static(b"hi"))),
    ];
    let fetch = to_clipboard::Body::Fetch(Fetch { request: 1, change: 0 });
    let system = ToSystem { request: 1, sections: vec![Section::Identity.into()] };
    let start = ToShell::Start(Size { columns: 80, rows: 24 });
    all.extend([
        ask("a shell", StreamKind::Shell, shell(start), Needs::All(&[Right::Shell])),
        ask("a put", StreamKind::Clipboard, put.concat().into(), Needs::All(&[Right::WriteClipboard])),
        ask("a fetch", StreamKind::Clipboard, clipboard(fetch), Needs::All(&[Right::ReadClipboard])),
        ask(
            "system information",
            StreamKind::SystemInformation,
            to_bytes(&system),
            Needs::All(&[Right::SystemInformation]),
        ),
    ]);
    // Streams that nobody opens towards an endpoint.
    for (name, kind) in [
        ("chat", StreamKind::Chat),
        ("consent", StreamKind::Consent),
        ("a second control stream", StreamKind::Control),
    ] {
        all.push(ask(name, kind, Bytes::from_static(b"\x01\x00"), Needs::Nobody));
    }
    all
}

fn files(folder: &Path) -> Vec<Ask> {
    use Right::{ChangeFiles, Download, ListFiles, Upload};
    let path = |name: &str| {
        let path = folder.join(name).into_os_string().into_encoded_bytes();
        FilePath::new(path).expect("the path of a file")
    };
    let (there, whole) = (path("there"), path("."));
    let write = |name, replaces| ToFile::Write {
        path: path(name),
        upload: [7; 16],
        size: 1,
        modified_ms: 0,
        replaces,
    };
    let store = |replaces| ToFile::Store { into: whole.clone(), replaces };
    let rows: [(&'static str, ToFile, &'static [Right]); 13] = [
        ("volumes", ToFile::Volumes, &[ListFiles]),
        ("a list", ToFile::List(whole.clone()), &[ListFiles]),
        ("what something is", ToFile::Stat(there.clone()), &[ListFiles]),
        (
            "a file's content",
            ToFile::Read { path: there.clone(), from: 0, known: None, mark: Bytes::new() },
            &[Download],
        ),
        ("an archive", ToFile::Archive(vec![there.clone()]), &[Download]),
        ("a file to keep", write("sent", false), &[Upload]),
        ("a file in another's place", write("there", true), &[Upload, ChangeFiles]),
        ("files to keep", store(false), &[Upload]),
        ("files in the place of others", store(true), &[Upload, ChangeFiles]),
        ("a new directory", ToFile::Make(path("made")), &[ChangeFiles]),
        (
            "another name",
            ToFile::Rename { from: there.clone(), to: path("renamed"), replaces: false },
            &[ChangeFiles],
        ),
        (
            "another's name",
            ToFile::Rename { from: path("renamed"), to: there.clone(), replaces: true },
            &[ChangeFiles],
        ),
        ("a deletion", ToFile::Remove(vec![path("made")]), &[ChangeFiles]),
    ];
    let ask = |(name, record, rights): (_, ToFile, _)| {
        let mut out = Writer::new();
        record.encode(&mut out);
        Ask { name, kind: StreamKind::File, words: out.into_bytes(), needs: Needs::All(rights) }
    };
    rows.into_iter().map(ask).collect()
}

fn actions(script: u64) -> Vec<Ask> {
    use Right::{Actions, ManageProcesses, RestrictCustomer, RunAs, Scripts};
    use to_action::Body;
    let somebody = Some(Credentials { user: "nobody here".to_owned(), password: "x".to_owned() });
    let special = |credentials| Body::Special(RunSpecial { id: "lock".to_owned(), credentials });
    // What a relay fills in, for a lying one.
    let body = ScriptBody { os: "linux".to_owned(), interpreter: "sh".to_owned(), text: "exit 0".to_owned() };
    let run = |credentials| {
        Body::Script(RunScript { script, credentials, bodies: vec![body.clone()], ..RunScript::default() })
    };
    let end = EndProcess { process: 7, started_ms: 7_000, is_forced: false };
    let service = ControlService { name: "fake.service".to_owned(), act: ServiceAct::Restart.into() };
    let any = Needs::Any(&[Actions, Scripts, ManageProcesses, RestrictCustomer, RunAs]);
    let rows = [
        ("what can be done", Body::List(ListActions {}), any),
        ("a special action", special(None), Needs::All(&[Actions])),
        ("a special action as somebody else", special(somebody.clone()), Needs::All(&[Actions, RunAs])),
        ("a script", run(None), Needs::All(&[Scripts])),
        ("a script as somebody else", run(somebody), Needs::All(&[Scripts, RunAs])),
        ("the end of a process", Body::EndProcess(end), Needs::All(&[ManageProcesses])),
        ("a service", Body::Service(service), Needs::All(&[ManageProcesses])),
        (
            "a restriction",
            Body::Restrict(Restrict { screen: true, input: true }),
            Needs::All(&[RestrictCustomer]),
        ),
    ];
    let ask = |(name, body, needs)| {
        let words = to_bytes(&ToAction { body: Some(body) });
        Ask { name, kind: StreamKind::Action, words, needs }
    };
    rows.into_iter().map(ask).collect()
}
