//! Command shells of a real agent through a real relay.

use std::time::{Duration, Instant};

use anyhow::Context;
use bytes::Bytes;
use e2e::endpoint::Endpoint;
use e2e::site::Site;
use e2e::technician;
use serde_json::Value;
use transport::client::Preference;
use view::shell::Said;
use view::technician::Technician;
use wire::shell::{Exit, Signal, Size};

/// How long anything may take on a loaded machine.
const BOUND: Duration = Duration::from_secs(20);

const SIZE: Size = Size { columns: 80, rows: 24 };

struct Stage {
    site: Site,
    endpoint: Endpoint,
}

impl Stage {
    fn set() -> anyhow::Result<Self> {
        let site = Site::start()?;
        let endpoint = Endpoint::start(&site, "server", "fake:pattern:320x200")?;
        Ok(Self { site, endpoint })
    }

    async fn technician(&self) -> anyhow::Result<Technician> {
        technician::join(&self.site, "server").await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s187_what_is_typed_runs_on_the_endpoint_and_its_exit_status_is_shown() -> anyhow::Result<()> {
    let stage = Stage::set()?;
    let technician = stage.technician().await?;
    let mut shell = technician.shell(SIZE).await?;
    shell.r#type("echo $((6*7))-$TERM; tty\n").await?;
    shell.until("42-xterm-256color", BOUND).await?;
    shell.until("/dev/pts/", BOUND).await?;
    shell.resize(Size { columns: 132, rows: 50 }).await?;
    shell.r#type("stty size; printf '\\303\\251\\n' | od -c | head -1\n").await?;
    shell.until("50 132", BOUND).await?;
    shell.until("303 251", BOUND).await?;
    shell.r#type("exit 7\n").await?;
    assert_eq!(shell.ended(BOUND).await?, Exit::Status(7));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn s189_a_shell_that_floods_waits_for_its_reader_and_holds_up_no_other() -> anyhow::Result<()> {
    let stage = Stage::set()?;
    let technician = stage.technician().await?;
    let mut flood = technician.shell(SIZE).await?;
    flood.r#type("yes nearhand\n").await?;
    flood.until("nearhand\r\nnearhand", BOUND).await?;
    // Nobody reads the flood from here on; the next shell answers all the same.
    let mut other = technician.shell(SIZE).await?;
    other.r#type("echo still-$((1+1))\n").await?;
    other.until("still-2", BOUND).await?;
    flood.signal(Signal::Interrupt).await?;
    flood.r#type("echo over-$((2+3))\n").await?;
    flood.until("over-5", BOUND).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_technician_who_was_away_for_a_moment_finds_his_shell_as_it_went_on() -> anyhow::Result<()> {
    let stage = Stage::set()?;
    let entry = technician::log_in(&stage.site, Preference::Quic).await?;
    let technician = technician::join_over(&entry, "server").await?;
    let mut shell = technician.shell(SIZE).await?;
    shell.r#type("echo before; sleep 1; echo af''ter\n").await?;
    shell.until("before\r\n", BOUND).await?;
    let (id, at) = (shell.id, shell.at);
    // The line is gone without a word.
    technician.link().close(wire::close::CloseCode::Silent, "");
    drop((shell, technician));

    let technician = technician::join_over(&entry, "server").await?;
    let mut shell = technician.shell_again(id, at, SIZE).await?;
    assert!(at <= shell.at, "the output goes on from {at}, not {}", shell.at);
    shell.until("after", BOUND).await?;
    // From its first byte, it is all there once more.
    let mut again = technician.shell_again(id, 0, SIZE).await?;
    again.until("before\r\n", BOUND).await?;
    let replaced = tokio::time::timeout(BOUND, shell.ended(BOUND)).await.context("the older stream ends")?;
    assert!(replaced.is_err(), "{replaced:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shell_outlives_a_restart_of_the_relay() -> anyhow::Result<()> {
    let mut stage = Stage::set()?;
    let entry = technician::log_in(&stage.site, Preference::Quic).await?;
    let technician = technician::join_over(&entry, "server").await?;
    let mut shell = technician.shell(SIZE).await?;
    shell.r#type("echo mark-$((40+2))\n").await?;
    shell.until("mark-42", BOUND).await?;
    let (id, at) = (shell.id, shell.at);
    drop((shell, technician));
    stage.site.crash_and_restart()?;
    let technician = technician::join_when_online_over(&entry, "server", BOUND).await?;
    let mut shell = technician.shell_again(id, at, SIZE).await?;
    shell.r#type("echo again-$((1+1))\n").await?;
    shell.until("again-2", BOUND).await?;
    assert!(!stage.endpoint.output().contains("panicked"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_comes_back_to_a_shell_and_leaving_ends_it() -> anyhow::Result<()> {
    let stage = Stage::set()?;
    let owner = technician::log_in(&stage.site, Preference::Quic).await?;
    let technician = technician::join_over(&owner, "server").await?;
    let mut shell = technician.shell(SIZE).await?;
    shell.r#type("echo mine-$$\n").await?;
    let (id, colleague) = (shell.id, stage.technician().await?);
    let refused = colleague.shell_again(id, 0, SIZE).await.err().context("a stranger's shell")?;
    assert!(refused.to_string().contains("this shell is over"), "{refused:?}");

    technician.leave().await?;
    let technician = technician::join_over(&owner, "server").await?;
    let gone = technician.shell_again(id, 0, SIZE).await.err().context("a shell of one who left")?;
    assert!(gone.to_string().contains("this shell is over"), "{gone:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_no_text_pass_unchanged() -> anyhow::Result<()> {
    let stage = Stage::set()?;
    let technician = stage.technician().await?;
    let mut shell = technician.shell(SIZE).await?;
    shell.r#type("stty raw -echo; printf re''ady; head -c 256 | od -An -v -tx1; exit\n").await?;
    shell.until("ready", BOUND).await?;
    let all: Vec<u8> = (0..=255).collect();
    shell.r#type(Bytes::from(all)).await?;
    let mut shown = Vec::new();
    while let Said::Bytes(bytes) = tokio::time::timeout(BOUND, shell.next()).await?? {
        shown.extend_from_slice(&bytes);
    }
    let text = String::from_utf8(shown)?;
    let bytes: Vec<u8> =
        text.split_ascii_whitespace().filter_map(|hex| u8::from_str_radix(hex, 16).ok()).collect();
    assert_eq!(bytes, (0..=255).collect::<Vec<u8>>(), "{text}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn s190_s191_s195_a_shell_is_recorded_by_policy_and_read_from_the_report() -> anyhow::Result<()> {
    let stage = Stage::set()?;
    let entry = technician::log_in(&stage.site, Preference::Quic).await?;
    let (client, url) = (entry.client(), |path: &str| entry.url(path));
    let mut site: Value = client.get(url("/api/site")).send().await?.json().await?;
    site["record"]["records_shells"] = Value::Bool(true);
    client.put(url("/api/site")).json(&site).send().await?.error_for_status()?;

    let technician = technician::join_over(&entry, "server").await?;
    let session = technician.session().to_wire();
    let mut shell = technician.shell(SIZE).await?;
    shell.r#type("stty -echo; echo re''corded-$((40+2)); read secret; stty echo\n").await?;
    shell.until("recorded-42\r\n", BOUND).await?;
    // A line that was lost for a moment leaves no gap.
    let (id, at) = (shell.id, shell.at);
    drop(shell);
    let mut shell = technician.shell_again(id, at, SIZE).await?;
    shell.resize(Size { columns: 132, rows: 50 }).await?;
    shell.r#type("never-shown\necho a''gain; exit 3\n").await?;
    shell.until("again\r\n", BOUND).await?;
    assert_eq!(shell.ended(BOUND).await?, Exit::Status(3));
    technician.leave().await?;

    let list = url(&format!("/api/reports/sessions/{session}/recordings"));
    let end = Instant::now() + BOUND;
    let recording = loop {
        let answer = client.get(&list).send().await?;
        let found: Vec<Value> = if answer.status().is_success() { answer.json().await? } else { Vec::new() };
        if let [one] = &found[..]
            && !one["ended"].is_null()
        {
            break one.clone();
        }
        anyhow::ensure!(Instant::now() < end, "no recording in the report: {found:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let read = async |form: &str| {
        let address = url(recording[form].as_str().context("an address")?);
        anyhow::Ok(client.get(address).send().await?.error_for_status()?.text().await?)
    };
    let transcript = read("transcript").await?;
    for shown in ["recorded-42\n", "again\n", "[ended with status 3]\n"] {
        assert!(transcript.contains(shown), "{shown:?} in {transcript}");
    }
    assert!(!transcript.contains("never-shown"), "what was not shown is not recorded: {transcript}");
    assert!(!transcript.contains("missing"), "{transcript}");
    let cast = read("cast").await?;
    let lines: Vec<Value> = cast.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    assert_eq!((&lines[0]["version"], &lines[0]["width"]), (&Value::from(2), &Value::from(80)));
    assert!(lines.iter().any(|line| line[1] == "r" && line[2] == "132x50"), "{cast}");
    client.post(url("/api/logout")).send().await?.error_for_status()?;
    let nobody = client.get(url(recording["cast"].as_str().context("an address")?)).send().await?;
    assert_eq!(nobody.status(), reqwest::StatusCode::UNAUTHORIZED);
    Ok(())
}
