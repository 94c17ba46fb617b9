//! The relay's half: a technician who asks for more than he may, an agent that would do it, and one that says what
//! nobody asked it.

use std::path::Path;

use agent::connect::{Connected, reach};
use agent::identity::Identity;
use anyhow::Context;
use bytes::{Bytes, BytesMut};
use e2e::site::Site;
use e2e::technician;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::timeout;
use transport::client::Preference;
use transport::control::Control;
use transport::{Link, LinkError, RecvStream, SendStream, StreamError};
use view::access::Entry;
use view::technician::Technician;
use wire::close::CloseCode;
use wire::control::{
    ChatSay, ConsentAnswer, ConsentBy, CustomerEnds, Displays, Notice, Pong, Right, SeatGranted,
    control::Body,
};
use wire::stream::{StreamHeader, StreamKind};
use wire::token::EnrolmentToken;
use wire::{SessionId, Writer};

use crate::liar::{BOUND, Made, judge};
use crate::table::{ALL, asks};

/// What waits for the test to look at it.
const WAITING_MAX: usize = 64;

/// An agent that would do whatever comes: it tells the test what reached it.
struct Willing {
    link: Link,
    id: String,
    /// The first words on each stream that was opened.
    reached: mpsc::Receiver<(StreamKind, Bytes)>,
    granted: mpsc::Receiver<SeatGranted>,
    say: mpsc::Sender<Body>,
}

impl Willing {
    async fn enrol(site: &Site, name: &str, state: &Path) -> anyhow::Result<Self> {
        let token = EnrolmentToken::from_text(&site.token(name)?)?;
        let identity = Identity::load_or_create(state)?;
        Self::reach(&token, &identity, Some(&token.secret)).await
    }

    async fn reach(
        token: &EnrolmentToken,
        identity: &Identity,
        secret: Option<&[u8]>,
    ) -> anyhow::Result<Self> {
        let reached = reach(&token.addresses, token.pin, Preference::Quic, identity, secret);
        let Connected { link, control, welcome } = reached.await?;
        link.set_live(true);
        let (words, reached) = mpsc::channel(WAITING_MAX);
        let (grants, granted) = mpsc::channel(WAITING_MAX);
        let (say, to_say) = mpsc::channel(WAITING_MAX);
        tokio::spawn(talk(control, to_say, grants));
        tokio::spawn(hear_all(link.clone(), words));
        Ok(Self { link, id: welcome.endpoint_id, reached, granted, say })
    }

    /// Waits for a grant of just these rights.
    async fn granted(&mut self, rights: &[Right]) -> anyhow::Result<()> {
        let mut wanted: Vec<i32> = rights.iter().map(|&right| right.into()).collect();
        wanted.sort_unstable();
        loop {
            let mut granted = timeout(BOUND, self.granted.recv()).await?.context("the agent is off")?.rights;
            granted.sort_unstable();
            if granted == wanted {
                return Ok(());
            }
        }
    }
}

/// Answers pings, says what it is told to, and passes grants on.
async fn talk(
    control: Control,
    mut to_say: mpsc::Receiver<Body>,
    grants: mpsc::Sender<SeatGranted>,
) -> anyhow::Result<()> {
    let (mut sender, mut receiver) = control.split();
    loop {
        tokio::select! {
            heard = receiver.recv() => match heard? {
                Body::Ping(ping) => {
                    let (number, sent_us) = (ping.number, ping.sent_us);
                    sender.send(Body::Pong(Pong { number, sent_us, clock_us: sent_us })).await?;
                }
                Body::SeatGranted(granted) => grants.send(granted).await?,
                _ => {}
            },
            body = to_say.recv() => sender.send(body.context("the test is over")?).await?,
        }
    }
}

async fn hear_all(link: Link, words: mpsc::Sender<(StreamKind, Bytes)>) {
    while let Ok((send, recv)) = link.accept_bi().await {
        tokio::spawn(hear(send, recv, words.clone()));
    }
}

/// Tells what comes first on a stream, and keeps the stream until its technician has enough.
async fn hear(
    _send: SendStream,
    mut recv: RecvStream,
    words: mpsc::Sender<(StreamKind, Bytes)>,
) -> anyhow::Result<()> {
    let kind = recv.take_header().await?.kind;
    if let Some(first) = recv.read().await? {
        words.send((kind, first)).await?;
    }
    while recv.read().await?.is_some() {}
    Ok(())
}

/// An account, and what it may do.
struct Account {
    entry: Entry,
    path: String,
}

impl Account {
    async fn open(entry: Entry) -> anyhow::Result<Self> {
        let me = entry.get("/api/me").await?["account"].as_u64().context("an account")?;
        Ok(Self { entry, path: format!("/api/records/account/{me}") })
    }

    /// Of what is possible in a session it may do just this from now on.
    async fn may(&self, rights: &[Right]) -> anyhow::Result<()> {
        let mut record = self.entry.get(&self.path).await?;
        for right in ALL {
            let name = right.as_str_name().trim_start_matches("RIGHT_").to_lowercase();
            let setting = if rights.contains(&right) { "allowed" } else { "denied" };
            record["record"]["permissions"][name] = json!(setting);
        }
        self.entry.put(&self.path, &record).await.map(drop)
    }
}

async fn script(entry: &Entry) -> anyhow::Result<u64> {
    let body = json!({ "os": "linux", "interpreter": "sh", "text": "exit 0" });
    let record = json!({ "name": "Nothing", "parameters": [], "bodies": [body], "timeout_s": 60 });
    let made: Value = entry.ask("/api/records", &json!({ "kind": "script", "record": record })).await?;
    made["id"].as_u64().context("a number")
}

/// What becomes of a technician's stream.
enum Became {
    /// It is refused to him.
    Refused,
    /// It is with the agent.
    Reached(StreamKind),
}

async fn ask(
    technician: &Technician,
    agent: &mut Willing,
    kind: StreamKind,
    words: &Bytes,
) -> anyhow::Result<Became> {
    let (mut send, mut recv) = technician.link().open_bi().await?;
    let mut out = Writer::new();
    StreamHeader::new(kind, technician.session()).encode(&mut out);
    out.slice(words);
    // The relay may have given it up before all is said.
    let _ = send.write(&out.into_chunks()).await.is_ok();
    let mut answer = BytesMut::new();
    loop {
        let read = tokio::select! {
            reached = agent.reached.recv() => return Ok(Became::Reached(reached.context("the agent is off")?.0)),
            read = timeout(BOUND, recv.read()) => read?,
        };
        match read {
            Ok(Some(chunk)) => answer.extend_from_slice(&chunk),
            Err(StreamError::Reset(CloseCode::NotAllowed)) => return Ok(Became::Refused),
            other => anyhow::bail!("neither refused nor passed on: {other:?}"),
        }
        match judge(kind, &mut answer)? {
            Some(Made::Refused) => return Ok(Became::Refused),
            Some(other) => anyhow::bail!("the relay answers by itself: {other:?}"),
            None => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s188_s197_s198_a_relay_passes_on_nothing_that_its_technician_may_not() -> anyhow::Result<()> {
    let (site, state) = (Site::start()?, tempfile::tempdir()?);
    let mut agent = Willing::enrol(&site, "willing", state.path()).await?;
    let account = Account::open(technician::log_in(&site, Preference::Quic).await?).await?;
    let script = script(&account.entry).await?;
    let technician = Technician::join(&account.entry, &agent.id).await?;
    agent.granted(&ALL).await?;
    let mut now = ALL.to_vec();
    for row in asks(Path::new("/tmp"), script) {
        for one in row.tries() {
            if one.rights != now {
                account.may(&one.rights).await?;
                agent.granted(&one.rights).await?;
                now.clone_from(&one.rights);
            }
            let became = ask(&technician, &mut agent, row.kind, &row.words).await;
            match became.with_context(|| format!("{row:?} by {one:?}"))? {
                Became::Reached(kind) => {
                    assert!(one.is_allowed && kind == row.kind, "{} by {one:?}", row.name);
                }
                Became::Refused => assert!(!one.is_allowed, "{} by {one:?}", row.name),
            }
        }
    }
    // Nothing came late, either.
    assert!(agent.reached.try_recv().is_err());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_speaks_in_the_session_of_another_is_put_out_and_nobody_hears_it() -> anyhow::Result<()>
{
    let (site, state) = (Site::start()?, tempfile::tempdir()?);
    let own = Willing::enrol(&site, "own", state.path()).await?;
    let entry = technician::log_in(&site, Preference::Quic).await?;
    let technician = Technician::join(&entry, &own.id).await?;
    let session = technician.session().to_wire();

    let liar_state = tempfile::tempdir()?;
    let token = EnrolmentToken::from_text(&site.token("liar")?)?;
    let identity = Identity::load_or_create(liar_state.path())?;
    let mut liar = Willing::reach(&token, &identity, Some(&token.secret)).await?;
    let allowed = ConsentAnswer { session, request: 1, is_allowed: true, by: ConsentBy::Person.into() };
    let lies = [
        Body::ChatSay(ChatSay { session, text: "I am the customer".to_owned() }),
        Body::CustomerEnds(CustomerEnds { session }),
        Body::Displays(Displays { session, displays: Vec::new() }),
        Body::Notice(Notice { session, text: "Type your password".to_owned() }),
        Body::ConsentAnswer(allowed),
    ];
    for lie in lies {
        let what = format!("{lie:?}");
        liar.say.send(lie).await?;
        put_out(&liar.link).await.context(what)?;
        liar = Willing::reach(&token, &identity, None).await?;
    }
    let mut picture = liar.link.open_uni().await?;
    let mut out = Writer::new();
    StreamHeader::new(StreamKind::Cursor, SessionId::from_wire(session)).encode(&mut out);
    wire::cursor::Cursor::Hidden.encode(&mut out);
    picture.write(&out.into_chunks()).await?;
    put_out(&liar.link).await.context("a pointer")?;

    let said = entry.get(&format!("/api/sessions/{session}/messages")).await?;
    assert!(!said.to_string().contains("customer"), "{said}");
    // The session goes on, and with its own agent.
    technician.leave().await
}

async fn put_out(link: &Link) -> anyhow::Result<()> {
    match timeout(BOUND, link.closed()).await? {
        LinkError::Closed { code: CloseCode::OutOfOrder, .. } => Ok(()),
        other => anyhow::bail!("{other}"),
    }
}
