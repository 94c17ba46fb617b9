//! Who may do what, at both ends: an agent whose relay lies to it, and a relay between a technician who asks for more
//! than he may and an agent that would do it.

mod liar;
mod table;
mod willing;

use std::path::Path;
use std::time::Duration;

use agent::connect::{Connected, reach};
use agent::desktop::{Desktop, Hands, displays};
use agent::identity::Identity;
use agent::person::Person;
use agent::serve::{Local, serve};
use agent::tools::Kit;
use anyhow::Context;
use keyboard_types::Code;
use liar::{BOUND, Liar, Made, SESSION};
use platform::fake::{self, Injected};
use proto::liveness::LinkClock;
use table::{ALL, asks};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use transport::client::Preference;
use wire::control::{ColorMode, Demand, Right, Wanted, control::Body};
use wire::input::{Event, Record};
use wire::stream::{StreamHeader, StreamKind};
use wire::{Seat, Writer};

/// How long is waited for what must not happen, where nothing else tells that it did not.
const NEVER: Duration = Duration::from_millis(300);

/// The agent's computer, seen from its own side.
struct Computer {
    desktop: fake::Desktop,
    stop: CancellationToken,
    _state: tempfile::TempDir,
}

/// An agent that believes to be with its own relay.
async fn deceived() -> anyhow::Result<(Liar, Computer)> {
    let state = tempfile::tempdir()?;
    let desktop = fake::Desktop::pattern(frame::Size { width: 128, height: 128 })?;
    let platform = desktop.platform();
    let local = Local {
        desktop: Desktop {
            displays: displays::start(&platform)?,
            hands: Some(Hands::start(&platform)?),
            curtain: None,
            platform: platform.clone(),
        },
        shells: Default::default(),
        uploads: Default::default(),
        kit: Kit::open(&platform)?,
        person: Person::nobody(),
        clock: LinkClock::starting(std::time::Instant::now()),
    };
    let (open, stop) = (liar::Open::start()?, CancellationToken::new());
    let identity = Identity::load_or_create(state.path())?;
    let (addresses, pin) = ([open.address.clone()], open.pin);
    let reached = reach(&addresses, pin, Preference::Quic, &identity, None);
    let (liar, connected) = tokio::join!(open.greet(), reached);
    let (connected, until): (Connected, _) = (connected?, stop.clone());
    let runtime = tokio::runtime::Handle::current();
    // As in the agent's program, it stays on the thread that it began on.
    std::thread::spawn(move || drop(runtime.block_on(serve(connected, &local, &until))));
    Ok((liar?, Computer { desktop, stop, _state: state }))
}

/// What is in a folder: names, and what is in files.
fn content(folder: &Path) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    let mut all = Vec::new();
    for entry in folder.read_dir()? {
        let entry = entry?;
        let bytes = if entry.file_type()?.is_file() { std::fs::read(entry.path())? } else { Vec::new() };
        all.push((entry.file_name().to_string_lossy().into_owned(), bytes));
    }
    all.sort();
    Ok(all)
}

#[tokio::test(flavor = "multi_thread")]
async fn s188_s198_an_agent_does_nothing_that_its_relay_did_not_grant_whatever_the_relay_opens()
-> anyhow::Result<()> {
    let (mut liar, computer) = deceived().await?;
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join("there"), b"as it was")?;
    for ask in asks(folder.path(), 1) {
        for one in ask.tries() {
            let (files, done) = (content(folder.path())?, computer.desktop.done());
            let seat = liar.seat(&one.rights).await?;
            let made =
                liar.open(seat, ask.kind, &ask.words).await.with_context(|| format!("{ask:?} by {one:?}"))?;
            let expected = if one.is_allowed { Made::Taken } else { Made::Refused };
            assert_eq!(made, expected, "{} by {:?}", ask.name, one.rights);
            if !one.is_allowed {
                assert_eq!(content(folder.path())?, files, "{} by {:?}", ask.name, one.rights);
                assert_eq!(computer.desktop.done(), done, "{} by {:?}", ask.name, one.rights);
                assert!(!computer.desktop.shut().screen, "{} by {:?}", ask.name, one.rights);
            }
        }
    }
    // A seat of which it was never told has no rights, and no other session's either.
    let seat = liar.no_seat();
    let all = asks(folder.path(), 1);
    let tries = all.iter().map(|ask| liar.open(seat, ask.kind, &ask.words));
    for made in futures_util::future::join_all(tries).await {
        assert_eq!(made?, Made::Refused);
    }
    computer.stop.cancel();
    Ok(())
}

/// A key that a seat presses.
async fn press(liar: &Liar, seat: Seat, code: &str) -> anyhow::Result<()> {
    let mut stream = liar.link.open_uni().await?;
    let mut out = Writer::new();
    StreamHeader { kind: StreamKind::Input, session: SESSION, seat }.encode(&mut out);
    let event = Event::Key { down: true, code: code.to_owned(), key: "x".to_owned() };
    Record { number: 1, event }.encode(&mut out);
    stream.write(&out.into_chunks()).await?;
    Ok(stream.finish()?)
}

#[tokio::test(flavor = "multi_thread")]
async fn s164_an_agent_neither_shows_its_screen_nor_is_typed_at_without_a_grant_for_just_that()
-> anyhow::Result<()> {
    let (mut liar, computer) = deceived().await?;
    let demand = Demand {
        session: SESSION.to_wire(),
        wanted: vec![Wanted { display: 0, mode: ColorMode::AllColors.into(), bytes_per_second: 0 }],
    };
    let without = |missing| ALL.into_iter().filter(move |&right| right != missing).collect::<Vec<_>>();
    liar.seat(&without(Right::View)).await?;
    liar.say(Body::Demand(demand)).await?;
    assert!(timeout(NEVER, screen(&liar)).await.is_err(), "nobody may see anything");
    liar.seat(&[Right::View]).await?;
    timeout(BOUND, screen(&liar)).await??;

    let (log, other) = (computer.desktop.input_log(), liar.seat(&without(Right::Control)).await?);
    press(&liar, other, "KeyA").await?;
    let unknown = liar.no_seat();
    press(&liar, unknown, "KeyB").await?;
    let typist = liar.seat(&[Right::Control]).await?;
    press(&liar, typist, "KeyC").await?;
    // What a seat held is released with its stream, whether or not it could hold anything.
    let typed = move || loop {
        if let Injected::Key { code, down: true, .. } = log.next(BOUND)? {
            return Some(code);
        }
    };
    assert_eq!(tokio::task::spawn_blocking(typed).await?, Some(Code::KeyC));
    computer.stop.cancel();
    Ok(())
}

/// Waits for a stream of the screen.
async fn screen(liar: &Liar) -> anyhow::Result<()> {
    loop {
        let mut stream = liar.link.accept_uni().await?;
        if stream.take_header().await?.kind == StreamKind::Screen {
            return Ok(());
        }
    }
}
