//! Mail through a real server that keeps what it gets.

use services::smtp;

use super::*;

const URL: &str = "https://relay.example/k/abcd-efgh";

/// Counts of one outcome.
struct Figures {
    metrics: MailMetrics,
    handle: metrics_exporter_prometheus::PrometheusHandle,
}

impl Figures {
    fn new() -> Self {
        let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
        let metrics = metrics::with_local_recorder(&recorder, MailMetrics::register);
        Self { metrics, handle: recorder.handle() }
    }

    async fn wait_for(&self, outcome: &str) {
        let line = format!("nearhand_mails_total{{outcome=\"{outcome}\"}} 0");
        let is_counted = async {
            while self.handle.render().contains(&line) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), is_counted).await.expect("counted in time");
    }
}

fn config(port: u16) -> Config {
    Config {
        server: Some("127.0.0.1".to_owned()),
        port: Some(port),
        security: Security::None,
        from: "Support <support@relay.example>".to_owned(),
        retry_s: 1,
        ..Config::default()
    }
}

fn start(config: &Config, figures: &Figures) -> Mailer {
    Mailer::start(config, figures.metrics.clone(), &TaskTracker::new(), CancellationToken::new())
        .expect("started")
}

/// Sender, receivers, and the content with its headers, unfolded and decoded.
fn read(letter: &str) -> (String, Vec<String>, String) {
    let (from, to, content): (String, Vec<String>, String) =
        serde_json::from_str(letter).expect("what the server prints");
    (from, to, content.replace("=\r\n", ""))
}

fn session_key() -> Letter {
    Letter::SessionKey {
        technician: "Ada".to_owned(),
        url: URL.to_owned(),
        key: "abcd-efgh".to_owned(),
        until: "23 November 2026, 10:00 UTC".to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s91_an_invitation_with_the_unique_address_arrives_by_mail() {
    let server = smtp::Server::start(0, None);
    let figures = Figures::new();
    let mailer = start(&config(server.port), &figures);
    mailer.send("customer@example.org", &session_key(), Language::English).expect("on its way");
    let (from, to, content) = read(&server.next_letter());
    assert_eq!((from.as_str(), to[0].as_str()), ("support@relay.example", "customer@example.org"));
    for part in [URL, "abcd-efgh", "Subject: Ada is ready to help you", "Auto-Submitted: auto-generated"] {
        assert!(content.contains(part), "{part} is missing in {content}");
    }
    figures.wait_for("sent").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s254_a_technician_with_extended_availability_is_told_by_mail() {
    let server = smtp::Server::start(0, None);
    let mailer = start(&config(server.port), &Figures::new());
    let letter = Letter::Invitation {
        inviter: "Ada".to_owned(),
        session: "Reception".to_owned(),
        url: "https://relay.example/console/".to_owned(),
    };
    mailer.send("bob@example.org", &letter, Language::of_tag("fr-CH")).expect("on its way");
    let (_, to, content) = read(&server.next_letter());
    assert_eq!(to, ["bob@example.org"]);
    assert!(content.contains("https://relay.example/console/"), "{content}");
    assert!(content.contains("Subject: Ada demande votre aide dans une session"), "{content}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s270_an_external_invitation_is_delivered_by_mail_over_tls_with_a_password() {
    let folder = tempfile::tempdir().expect("a folder");
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path
    };
    let chain = file("chain.pem", &made.cert.pem());
    let tls = smtp::Tls { chain: chain.clone(), key: file("key.pem", &made.signing_key.serialize_pem()) };
    let server = smtp::Server::start(0, Some(&tls));
    let secured = Config {
        server: Some("localhost".to_owned()),
        security: Security::Starttls,
        authority_file: Some(chain),
        user: Some("relay".to_owned()),
        password_file: Some(file("password", "of the relay\n")),
        ..config(server.port)
    };
    let mailer = start(&secured, &Figures::new());
    let letter = Letter::External {
        inviter: "Ada".to_owned(),
        guest: "Vera of the vendor".to_owned(),
        comment: "the printer again".to_owned(),
        url: URL.to_owned(),
    };
    mailer.send("vera@vendor.example", &letter, Language::English).expect("on its way");
    let (_, to, content) = read(&server.next_letter());
    assert_eq!(to, ["vera@vendor.example"]);
    assert!(content.contains(URL) && content.contains("Ada: the printer again"), "{content}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_away_holds_nobody_up_and_gets_its_letters_later() {
    let port =
        std::net::TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("free");
    let figures = Figures::new();
    let mailer = start(&config(port.port()), &figures);
    let begin = std::time::Instant::now();
    mailer.send("customer@example.org", &session_key(), Language::English).expect("on its way");
    assert!(begin.elapsed() < Duration::from_secs(1), "sending waits for nothing");
    figures.wait_for("retried").await;
    let server = smtp::Server::start(port.port(), None);
    let (_, to, _) = read(&server.next_letter());
    assert_eq!(to, ["customer@example.org"]);
}

#[tokio::test]
async fn what_finds_no_room_is_counted_and_said() {
    let figures = Figures::new();
    // Listens, and never says a word.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a socket");
    let one = Config { queue_max: 1, ..config(silent.local_addr().expect("bound").port()) };
    let mailer = start(&one, &figures);
    let refused =
        (0..10).find_map(|_| mailer.send("customer@example.org", &session_key(), Language::English).err());
    assert_eq!(refused, Some(MailError::Full));
    figures.wait_for("dropped").await;
    let nobody = mailer.send("no address", &session_key(), Language::English);
    assert_eq!(nobody, Err(MailError::Address));
    let off = start(&Config::default(), &figures).send("a@example.org", &session_key(), Language::English);
    assert_eq!(off, Err(MailError::Off));
}
