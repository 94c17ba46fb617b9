//! The keeper on both databases: answers that last, news in order, several processes on one desk.

use desk::permission::Permissions;
use desk::record::{Account, Command, Event as RecordEvent, Record, RecordId, Team};
use desk::{Event, Rule};

use super::audit::{Filter, Format, Order, Pages, Verdict, forget_before, select, verify};
use super::*;
use crate::db::on_each_database;
use crate::login::LoginEvent;
use crate::time::Moment;

async fn keeper(db: &Db) -> Keeper {
    let (metrics, tasks) = (Metrics::new(), TaskTracker::new());
    Keeper::load(db.clone(), &metrics, &tasks, CancellationToken::new()).await.expect("loaded")
}

fn account(user: &str) -> Command {
    let record = Account {
        user: user.to_owned(),
        name: user.to_owned(),
        is_enabled: true,
        is_administrator: true,
        permissions: Permissions::default(),
        ..Account::default()
    };
    Command::Create { record: Record::Account(record) }
}

fn team(name: &str) -> Command {
    Command::Create { record: Record::Team(Team { name: name.to_owned(), ..Team::default() }) }
}

fn created(happened: &[Happened]) -> RecordId {
    match happened[0].event() {
        Some(Event::Record(RecordEvent::Created { id, .. })) => *id,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_was_answered_is_there_after_a_restart() {
    on_each_database(async |db| {
        let first = keeper(&db).await;
        let id = created(&first.ask(Caller::OPERATOR, account("ann")).await.expect("made"));
        first.ask(Caller::OPERATOR, team("helpdesk")).await.expect("made");
        let second = keeper(&db).await;
        assert_eq!(*second.read(), *first.read());
        assert_eq!(second.read().accounts().len(), 1);
        let row: Option<(i64, String)> =
            db.first(crate::db::sql("SELECT id, user_name FROM accounts")).await.expect("read");
        assert_eq!(row, Some((id.number().cast_signed(), "ann".to_owned())));
    })
    .await;
}

#[tokio::test]
async fn what_is_refused_leaves_nothing() {
    on_each_database(async |db| {
        let keeper = keeper(&db).await;
        keeper.ask(Caller::OPERATOR, account("ann")).await.expect("made");
        let refused = keeper.ask(Caller::OPERATOR, account("Ann")).await.expect_err("taken");
        assert!(matches!(&refused, AskError::Refused(refusal) if refusal.rule == Rule::Taken), "{refused}");
        assert_eq!(keeper.read().accounts().len(), 1);
        assert_eq!(select(&db, &Filter::default(), Order::default(), 10).await.expect("read").len(), 1);
    })
    .await;
}

#[tokio::test]
async fn two_processes_on_one_database_keep_one_desk() {
    on_each_database(async |db| {
        let (one, other) = (keeper(&db).await, keeper(&db).await);
        let mut news = one.follow();
        one.ask(Caller::OPERATOR, account("ann")).await.expect("made");
        // The other is behind and finds it out when it is asked.
        let refused = other.ask(Caller::OPERATOR, account("ann")).await.expect_err("taken");
        assert!(matches!(refused, AskError::Refused(_)), "{refused}");
        other.ask(Caller::OPERATOR, account("bob")).await.expect("made");
        let seqs = [news.recv().await.expect("news").line.seq, news.recv().await.expect("news").line.seq];
        assert_eq!(seqs, [1, 2], "what another process wrote is news here, too");
        assert_eq!(*one.read(), *other.read());
    })
    .await;
}

#[tokio::test]
async fn commands_that_race_between_processes_all_come_to_an_end() {
    on_each_database(async |db| {
        let keepers = [keeper(&db).await, keeper(&db).await, keeper(&db).await];
        let asked = (0..30).map(|number| {
            let keeper = keepers[number % 3].clone();
            tokio::spawn(async move { keeper.ask(Caller::OPERATOR, team(&format!("team {number}"))).await })
        });
        for answer in asked.collect::<Vec<_>>() {
            answer.await.expect("no panic").expect("made");
        }
        let verdict = verify(&db).await.expect("read");
        assert!(matches!(verdict, Verdict::Whole { lines: 30, last: 30, .. }), "{verdict:?}");
        let fresh = keeper(&db).await;
        assert_eq!(fresh.read().teams().len(), 30);
    })
    .await;
}

#[tokio::test]
async fn a_line_that_was_changed_or_removed_is_found() {
    on_each_database(async |db| {
        let keeper = keeper(&db).await;
        for number in 0..4 {
            keeper.ask(Caller::OPERATOR, team(&format!("team {number}"))).await.expect("made");
        }
        assert!(matches!(verify(&db).await.expect("read"), Verdict::Whole { lines: 4, .. }));
        db.run(crate::db::sql("UPDATE audit SET actor = 'relay' WHERE seq = 3")).await.expect("forged");
        assert_eq!(verify(&db).await.expect("read"), Verdict::Broken { seq: 3 });
        db.run(crate::db::sql("UPDATE audit SET actor = 'operator' WHERE seq = 3")).await.expect("healed");
        assert!(matches!(verify(&db).await.expect("read"), Verdict::Whole { .. }));
        db.run(crate::db::sql("DELETE FROM audit WHERE seq = 2")).await.expect("removed");
        assert_eq!(verify(&db).await.expect("read"), Verdict::Broken { seq: 2 });
    })
    .await;
}

#[tokio::test]
async fn old_lines_can_go_and_the_rest_still_verifies() {
    on_each_database(async |db| {
        let keeper = keeper(&db).await;
        for number in 0..3 {
            keeper.ask(Caller::OPERATOR, team(&format!("team {number}"))).await.expect("made");
        }
        let future = Moment::now().plus(Duration::from_secs(60));
        assert_eq!(forget_before(&db, future).await.expect("forgotten"), 3);
        keeper.ask(Caller::OPERATOR, team("the next")).await.expect("made");
        assert!(matches!(verify(&db).await.expect("read"), Verdict::Whole { lines: 1, last: 4, .. }));
        let fresh = self::keeper(&db).await;
        fresh.ask(Caller::OPERATOR, team("after a restart")).await.expect("made");
        assert!(matches!(verify(&db).await.expect("read"), Verdict::Whole { lines: 2, last: 5, .. }));
    })
    .await;
}

#[tokio::test]
async fn the_log_is_searched_by_who_what_and_about_what_and_exported() {
    on_each_database(async |db| {
        let keeper = keeper(&db).await;
        let id = created(&keeper.ask(Caller::OPERATOR, account("ann")).await.expect("made"));
        keeper.ask(Caller::OPERATOR, team("helpdesk")).await.expect("made");
        let ann = Caller::at(desk::Actor::Account(desk::AccountId::new(id.number())), [192, 0, 2, 1].into());
        keeper
            .note(ann, Fact::Login(LoginFact::new(LoginEvent::LoggedIn, None, "ann")))
            .await
            .expect("noted");
        let count =
            async |filter: Filter| select(&db, &filter, Order::default(), 10).await.expect("read").len();
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(count(Filter { subject: text("record"), ..Filter::default() }).await, 2);
        assert_eq!(count(Filter { event: text("logged_in"), ..Filter::default() }).await, 1);
        assert_eq!(count(Filter { address: text("192.0.2.1"), ..Filter::default() }).await, 1);
        let about = format!("account:{}", id.number());
        assert_eq!(count(Filter { object: Some(about.clone()), ..Filter::default() }).await, 1);
        assert_eq!(count(Filter { actor: Some(about), ..Filter::default() }).await, 1);
        for (format, lines) in [(Format::Jsonl, 3), (Format::Csv, 4)] {
            let mut pages = Pages::new(&db, Filter::default(), format);
            let text = pages.next().await.expect("read").expect("a page");
            assert_eq!((pages.lines, text.lines().count()), (3, lines));
            assert_eq!(pages.next().await.expect("read"), None);
        }
    })
    .await;
}

/// Numbers of the lines of a filter, page by page of two.
async fn pages(db: &Db, mut filter: Filter, order: Order) -> Vec<u64> {
    let mut seqs = Vec::new();
    loop {
        let lines = select(db, &filter, order, 2).await.expect("read");
        let Some(last) = lines.last() else { return seqs };
        match order {
            Order::OldestFirst => filter.after = Some(last.seq),
            Order::NewestFirst => filter.before = Some(last.seq),
        }
        seqs.extend(lines.iter().map(|line| line.seq));
    }
}

#[tokio::test]
async fn lines_of_a_time_come_page_by_page_each_once_even_where_the_clock_was_set_back() {
    on_each_database(async |db| {
        let keeper = keeper(&db).await;
        for name in ["one", "two", "three", "four", "five"] {
            keeper.ask(Caller::OPERATOR, team(name)).await.expect("made");
        }
        let mut tx = db.begin_write().await.expect("begun");
        for (seq, at_ms) in [(1, 100), (2, 400), (3, 200), (4, 200), (5, 500)] {
            let set = crate::db::sql("UPDATE audit SET at_ms = $1 WHERE seq = $2");
            tx.run(set.bind(at_ms).bind(seq)).await.expect("set");
        }
        tx.commit().await.expect("kept");
        let at = |ms| Some(jiff::Timestamp::from_millisecond(ms).expect("a time"));
        let since = Filter { since: at(200), ..Filter::default() };
        assert_eq!(pages(&db, since.clone(), Order::OldestFirst).await, [3, 4, 2, 5]);
        assert_eq!(pages(&db, since.clone(), Order::NewestFirst).await, [5, 2, 4, 3]);
        let until = Filter { until: at(500), ..Filter::default() };
        assert_eq!(pages(&db, until, Order::NewestFirst).await, [2, 4, 3, 1]);
        let text = Some("record".to_owned());
        let both = Filter { subject: text, ..since };
        assert_eq!(pages(&db, both, Order::OldestFirst).await, [2, 3, 4, 5], "by number");
    })
    .await;
}
