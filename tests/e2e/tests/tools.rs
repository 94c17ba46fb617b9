//! System information, clipboard, actions, scripts, and the person at the endpoint: a real agent on a real X server
//! through a real relay, with what happened looked at on the endpoint's side.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use e2e::desktop::Desktop;
use e2e::endpoint::Endpoint;
use e2e::site::Site;
use e2e::{technician, wait};
use serde_json::{Value, json};
use transport::client::Preference;
use view::access::Entry;
use view::technician::Technician;
use view::tools::{act, copied, fetch, put, system, went};
use wire::stream::StreamKind;
use wire::tools::{
    Argument, EndProcess, Failure, Format, Refused, Restrict, RunScript, RunSpecial, Section, StopAction,
    ToAction, action_ended::By, from_clipboard, to_action::Body,
};

/// How long anything may take on a loaded machine.
const BOUND: Duration = Duration::from_secs(30);

const NAME: &str = "workshop";

struct Stage {
    desktop: Desktop,
    site: Site,
    endpoint: Endpoint,
    /// An administrator's.
    entry: Entry,
}

impl Stage {
    async fn set() -> anyhow::Result<Self> {
        let (desktop, site) = (Desktop::start(640, 480)?, Site::start()?);
        let endpoint = Endpoint::start(&site, NAME, &format!("x11:{}", desktop.display()))?;
        let entry = technician::log_in(&site, Preference::Quic).await?;
        Ok(Self { desktop, site, endpoint, entry })
    }

    async fn technician(&self) -> anyhow::Result<Technician> {
        technician::join_over(&self.entry, NAME).await
    }

    /// Waits until the log has lines that say all of this.
    async fn logged(&self, wanted: &[&str]) -> anyhow::Result<Value> {
        let end = std::time::Instant::now() + BOUND;
        loop {
            let log = self.entry.get("/api/audit?order=newest_first&limit=200").await?;
            let text = log.to_string();
            if wanted.iter().all(|part| text.contains(part)) {
                return Ok(log);
            }
            anyhow::ensure!(std::time::Instant::now() < end, "the log has not {wanted:?}: {text}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// A program that only waits, so that it can be ended. Gone with the test.
struct Sleeper(Child);

impl Sleeper {
    fn start() -> anyhow::Result<Self> {
        let mut command = Command::new("sleep");
        Ok(Self(command.arg("1000").stdin(Stdio::null()).spawn()?))
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        // Ended already is as good.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s216_s217_s219_system_information_is_of_this_computer_and_its_processes_can_be_ended()
-> anyhow::Result<()> {
    let stage = Stage::set().await?;
    let technician = stage.technician().await?;
    let mut sleeper = Sleeper::start()?;
    let mut talk = technician.talk(StreamKind::SystemInformation).await?;
    let all = system(&mut talk, &[]).await?;
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname")?;
    assert_eq!(all.column("identity", "host_name"), [host.trim()]);
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease")?;
    assert_eq!(all.column("operating_system", "kernel"), [kernel.trim()]);
    assert!(all.column("volumes", "mounted").contains(&"/"), "{:?}", all.table("volumes"));
    assert!(all.column("interfaces", "name").contains(&"lo"), "{:?}", all.table("interfaces"));
    assert!(all.column("accounts", "name").contains(&"root"));
    assert!(all.table("packages").is_some_and(|table| 10 < table.rows.len()), "software");
    // What this system does not have is said, and nothing is made up for it.
    if !std::path::Path::new("/run/systemd/system").is_dir() {
        assert!(
            all.missing.iter().any(|(section, why)| *section == Section::Services && why.contains("systemd"))
        );
    }

    // Asked again, only for what runs.
    let running = system(&mut talk, &[Section::Processes]).await?;
    let number = sleeper.0.id().to_string();
    let place = running.column("processes", "process").iter().position(|one| **one == number);
    let started_ms =
        running.column("processes", "started")[place.context("the sleeper is listed")?].parse()?;
    let end = |started_ms| {
        Body::EndProcess(EndProcess { process: number.parse().unwrap_or(0), started_ms, is_forced: false })
    };
    let mut action = technician.talk(StreamKind::Action).await?;
    let other = act(&mut action, end(started_ms + 60_000), BOUND).await?;
    assert_eq!(other.refused.map(|(why, _)| why), Some(Refused::NotKnown), "another process of that number");
    assert!(sleeper.0.try_wait()?.is_none(), "it runs on");
    let mut action = technician.talk(StreamKind::Action).await?;
    let ended = act(&mut action, end(started_ms), BOUND).await?;
    assert!(matches!(ended.ended, Some(By::Done(_))), "{ended:?}");
    wait::until("the sleeper to end", BOUND, || sleeper.0.try_wait().ok().flatten())?;
    stage.logged(&["end_process", &number, "\"step\":\"done\""]).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clipboard_passes_both_ways_and_never_from_one_technician_to_another() -> anyhow::Result<()> {
    let stage = Stage::set().await?;
    let (first, second) = (stage.technician().await?, technician::join(&stage.site, NAME).await?);
    let (mut mine, mut theirs) =
        (first.talk(StreamKind::Clipboard).await?, second.talk(StreamKind::Clipboard).await?);

    // From the technician to the endpoint, where another program pastes it.
    let picture: Vec<u8> =
        b"\x89PNG\r\n\x1a\n".iter().copied().chain((0..300_000).map(|n| n as u8)).collect();
    let what = [
        (Format::Text, Bytes::from_static("naïve 日\n".as_bytes())),
        (Format::Html, Bytes::from_static(b"<b>naive</b>")),
        (Format::Png, Bytes::from(picture.clone())),
    ];
    let stored = put(&mut mine, &what).await?;
    assert!(matches!(stored, from_clipboard::Body::Stored(_)), "{stored:?}");
    let platform = platform::Platform::open(&format!("x11:{}", stage.desktop.display()))?;
    let pasted = |format| {
        let platform = platform.clone();
        tokio::task::spawn_blocking(move || {
            Ok::<_, anyhow::Error>(platform.clipboard()?.read(format, 1 << 20)?)
        })
    };
    assert_eq!(pasted(Format::Text).await??, "naïve 日\n".as_bytes());
    assert_eq!(pasted(Format::Html).await??, b"<b>naive</b>".as_slice());
    assert!(pasted(Format::Png).await?? == picture);

    // Not from one technician to another.
    let refused = fetch(&mut theirs, 0).await?;
    let why = match &refused {
        Err(from_clipboard::Body::Failed(failed)) => failed.why(),
        other => anyhow::bail!("{other:?}"),
    };
    assert_eq!(why, Failure::NotYours);

    // From the endpoint to both.
    let mut local = platform.clipboard()?;
    let (waker, text) = (local.waker(), Bytes::from_static("copied here ✓".as_bytes()));
    local.write(vec![platform::clipboard::Clip { format: Format::Text, bytes: text.clone() }])?;
    let over = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let is_over = std::sync::Arc::clone(&over);
    let owner = std::thread::spawn(move || {
        while !is_over.load(std::sync::atomic::Ordering::Relaxed) && local.next_event(BOUND).is_ok() {}
    });
    for talk in [&mut mine, &mut theirs] {
        let (change, formats) = copied(talk, BOUND).await?;
        assert_eq!(formats, [Format::Text]);
        assert_eq!(fetch(talk, change).await?, Ok(vec![(Format::Text, text.clone())]));
    }
    over.store(true, std::sync::atomic::Ordering::Relaxed);
    waker.wake();
    owner.join().map_err(|_| anyhow::anyhow!("the owner of the clipboard"))?;
    stage.logged(&["write_clipboard", "read_clipboard"]).await?;
    Ok(())
}

fn script(name: &str, text: &str) -> Value {
    json!({ "kind": "script", "record": {
        "name": name,
        "parameters": [{ "name": "file", "is_required": true }],
        "bodies": [{ "os": "linux", "interpreter": "sh", "text": text }],
        "timeout_s": 600,
    } })
}

#[tokio::test(flavor = "multi_thread")]
async fn s172_s175_scripts_of_the_library_and_special_actions_run_there_and_are_in_the_log()
-> anyhow::Result<()> {
    let stage = Stage::set().await?;
    let technician = stage.technician().await?;
    let mark = stage.desktop.scratch()?.join("mark; touch elsewhere");
    let text = "echo one; echo two >&2; printf done > \"$PARAM_FILE\"; exit 7";
    let made = stage.entry.ask("/api/records", &script("Leave a mark", text)).await?;
    let session = technician.session().to_wire();
    let listed = stage.entry.get(&format!("/api/sessions/{session}/scripts")).await?;
    assert_eq!(listed[0]["name"], "Leave a mark");
    assert!(!listed.to_string().contains("printf"), "its text stays with the relay");

    let value = mark.to_string_lossy().into_owned();
    let arguments = vec![Argument { name: "file".to_owned(), value }];
    let id = made["id"].as_u64().context("a number")?;
    // What else a technician sends with it is dropped.
    let bodies = vec![wire::tools::ScriptBody {
        os: "linux".to_owned(),
        interpreter: "sh".to_owned(),
        text: "echo smuggled".to_owned(),
    }];
    let run = RunScript { script: id, arguments: arguments.clone(), bodies, ..RunScript::default() };
    let went_so = act(&mut technician.talk(StreamKind::Action).await?, Body::Script(run), BOUND).await?;
    assert_eq!((went_so.output.as_str(), went_so.errors.as_str()), ("one\n", "two\n"));
    assert_eq!(went_so.ended, Some(By::Status(7)));
    assert_eq!(std::fs::read_to_string(&mark)?, "done");
    let empty = RunScript { script: id, ..RunScript::default() };
    let refused = act(&mut technician.talk(StreamKind::Action).await?, Body::Script(empty), BOUND).await?;
    assert!(refused.refused.is_some_and(|(_, why)| why.contains("file")), "a required parameter");
    stage.logged(&["Leave a mark", "\"step\":\"began\"", "\"status\":7"]).await?;

    // Output is live, and the script ends when its technician has enough.
    let made = stage.entry.ask("/api/records", &script("Wait", "echo ready; exec sleep 1000")).await?;
    let id = made["id"].as_u64().context("a number")?;
    let mut talk = technician.talk(StreamKind::Action).await?;
    let run = RunScript { script: id, arguments, ..RunScript::default() };
    talk.say(&ToAction { body: Some(Body::Script(run)) }).await?;
    let first: wire::tools::FromAction = talk.next().await?.context("output")?;
    assert!(format!("{first:?}").contains("ready"), "{first:?}");
    talk.say(&ToAction { body: Some(Body::Stop(StopAction {})) }).await?;
    assert!(matches!(went(&mut talk).await?.ended, Some(By::Stopped(_))));

    // What this computer cannot do is said with its reason: no privacy on X11, no restart without systemd.
    let restrict = Body::Restrict(Restrict { screen: true, input: false });
    let refused = act(&mut technician.talk(StreamKind::Action).await?, restrict, BOUND).await?;
    let (why, detail) = refused.refused.context("a refusal")?;
    assert!(why == Refused::NotAvailable && detail.contains("X11"), "{detail}");
    let unknown = Body::Special(RunSpecial { id: "explode".to_owned(), credentials: None });
    let refused = act(&mut technician.talk(StreamKind::Action).await?, unknown, BOUND).await?;
    assert_eq!(refused.refused.map(|(why, _)| why), Some(Refused::NotKnown));
    let prompt = Body::Special(RunSpecial { id: "command_prompt".to_owned(), credentials: None });
    let opened = act(&mut technician.talk(StreamKind::Action).await?, prompt, BOUND).await?;
    assert!(matches!(opened.ended, Some(By::Done(_))), "{opened:?}");
    wait::until("a terminal on the desktop", BOUND, || {
        let windows = stage.desktop.output("xwininfo", &["-root", "-tree"]).ok()?;
        String::from_utf8_lossy(&windows).contains("XTerm").then_some(())
    })
}

/// Asks the person at the endpoint before any session with it.
async fn ask_there(stage: &Stage, nobody_answers: &str) -> anyhow::Result<()> {
    let policy = json!({ "kind": "jump_policy", "record": {
        "name": format!("ask, else {nobody_answers}"),
        "consent": { "is_asked": true, "timeout_s": 5, "nobody_answers": nobody_answers },
    } });
    let policy = stage.entry.ask("/api/records", &policy).await?;
    let id = stage.entry.endpoint(NAME).await?.id;
    let path = format!("/api/jump/items/{id}");
    let item = stage.entry.get(&path).await?;
    let mut label = item["label"].clone();
    label["policy"] = policy["id"].clone();
    stage.entry.put(&format!("{path}/label"), &json!({ "version": item["version"], "label": label })).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn s108_s273_the_person_at_the_endpoint_is_asked_chats_and_ends_it() -> anyhow::Result<()> {
    let mut stage = Stage::set().await?;
    ask_there(&stage, "deny").await?;
    let join = async |stage: &Stage| technician::join_over(&stage.entry, NAME).await;

    let silent = join(&stage).await.err().context("nobody answered")?;
    assert!(silent.to_string().contains("nobody at the computer answered"), "{silent:?}");

    let answer = async |stage: &mut Stage, word: &str, questions: usize| {
        let end = std::time::Instant::now() + BOUND;
        let asked = |said: String| said.matches("wants to connect to this computer").count();
        while asked(stage.endpoint.output()) < questions {
            anyhow::ensure!(std::time::Instant::now() < end, "nobody is asked");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        stage.endpoint.process().type_line(word)
    };
    let entry = technician::log_in(&stage.site, Preference::Quic).await?;
    let (declined, typed) = tokio::join!(technician::join_over(&entry, NAME), answer(&mut stage, "no", 2));
    typed?;
    let declined = declined.err().context("the person declined")?;
    assert!(declined.to_string().contains("the person at the computer declined"), "{declined:?}");

    let entry = technician::log_in(&stage.site, Preference::Quic).await?;
    let (joined, typed) = tokio::join!(technician::join_over(&entry, NAME), answer(&mut stage, "yes", 3));
    typed?;
    let joined = joined?;
    let process = stage.endpoint.process();
    process.line("who is connected", BOUND, |line| {
        (line.starts_with("[connected: ") && line.contains("may see the screen")).then_some(())
    })?;

    // Both talk.
    let path = format!("/api/sessions/{}/messages", joined.session().to_wire());
    entry.ask(&path, &json!({ "text": "Good day" })).await?;
    process.line("what the technician says", BOUND, |line| line.ends_with(": Good day").then_some(()))?;
    process.type_line("It is the printer.")?;
    let end = std::time::Instant::now() + BOUND;
    while !entry.get(&path).await?.to_string().contains("It is the printer.") {
        anyhow::ensure!(std::time::Instant::now() < end, "what the person says does not arrive");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }

    // And enough is enough.
    stage.endpoint.process().type_line("/end")?;
    let mut talk = joined.talk(StreamKind::SystemInformation).await?;
    let gone = system(&mut talk, &[Section::Identity]).await;
    assert!(gone.is_err(), "{gone:?}");
    stage
        .endpoint
        .process()
        .line("nobody is left", BOUND, |line| line.contains("You ended it").then_some(()))?;
    stage.logged(&["ask_consent", "the person at the computer declined", "customer_gone"]).await?;
    Ok(())
}
