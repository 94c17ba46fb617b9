//! Tests that hold on both databases, and that both have the same schema.

use std::collections::BTreeSet;

use super::*;

/// Runs a test on a fresh database of each kind.
pub(crate) async fn on_each_database(test: impl AsyncFn(Db)) {
    let folder = tempfile::tempdir().expect("a folder");
    eprintln!("on SQLite:");
    let db = Db::open(&Place::File(folder.path().join("relay.sqlite"))).await.expect("opened");
    test(db.clone()).await;
    db.close().await;
    eprintln!("on PostgreSQL:");
    let db = Db::open(&server()).await.expect("opened");
    test(db.clone()).await;
    db.close().await;
}

fn server() -> Place {
    let url: Url = services::postgres::empty_database().parse().expect("a URL");
    Place::server(&url, 4)
}

async fn sqlite() -> (tempfile::TempDir, Db) {
    let folder = tempfile::tempdir().expect("a folder");
    let db = Db::open(&Place::File(folder.path().join("relay.sqlite"))).await.expect("opened");
    (folder, db)
}

const COUNT: &str = "SELECT count(*) FROM endpoints";

fn endpoint(number: i64) -> Statement {
    sql("INSERT INTO endpoints (id, name, public_key, created_ms, last_seen_ms) VALUES ($1, $2, $3, $4, $5)")
        .bind(number)
        .bind("name")
        .bind(&[u8::try_from(number).expect("small"); 32])
        .bind(number)
        .bind(number)
}

#[tokio::test]
async fn what_is_written_is_read_back_with_its_types() {
    on_each_database(async |db| {
        assert_eq!(db.run(endpoint(1)).await.expect("written"), 1);
        let read = sql(
            "SELECT public_key, name, created_ms, (SELECT max(id) FROM messages), last_seen_ms = $1 FROM endpoints",
        );
        let row: (Vec<u8>, String, i64, Option<i64>, bool) =
            db.first(read.bind(1_i64)).await.expect("read").expect("a row");
        assert_eq!(row, (vec![1; 32], "name".to_owned(), 1, None, true));
    })
    .await;
}

#[tokio::test]
async fn a_transaction_happens_whole_or_not_at_all() {
    on_each_database(async |db| {
        let mut tx = db.begin_write().await.expect("begun");
        tx.run(endpoint(1)).await.expect("written");
        drop(tx);
        assert_eq!(db.first(sql(COUNT)).await.expect("read"), Some((0_i64,)));
        let mut tx = db.begin_write().await.expect("begun");
        tx.run(endpoint(1)).await.expect("written");
        tx.run(endpoint(2)).await.expect("written");
        tx.commit().await.expect("committed");
        assert_eq!(db.first(sql(COUNT)).await.expect("read"), Some((2_i64,)));
    })
    .await;
}

#[tokio::test]
async fn a_second_row_where_one_may_be_is_a_lost_race() {
    on_each_database(async |db| {
        db.run(endpoint(1)).await.expect("written");
        let mut tx = db.begin_write().await.expect("begun");
        let again = tx.run(endpoint(1)).await.expect_err("refused");
        assert!(again.is_unique_violation() && again.is_lost_race(), "{again}");
        drop(tx);
        let other = db.run(sql("INSERT INTO nothing VALUES (1)")).await.expect_err("refused");
        assert!(!other.is_lost_race(), "{other}");
    })
    .await;
}

#[tokio::test]
async fn opening_again_finds_what_was_written() {
    let (folder, db) = sqlite().await;
    let file = Place::File(folder.path().join("relay.sqlite"));
    db.close().await;
    for place in [file, server()] {
        let db = Db::open(&place).await.expect("opened");
        db.run(endpoint(1)).await.expect("written");
        db.close().await;
        let db = Db::open(&place).await.expect("opened again");
        assert_eq!(db.first(sql(COUNT)).await.expect("read"), Some((1_i64,)));
        db.close().await;
    }
}

#[tokio::test]
async fn relays_that_start_at_the_same_time_share_a_new_database() {
    let place = server();
    let (one, other) = tokio::join!(Db::open(&place), Db::open(&place));
    let (one, other) = (one.expect("opened"), other.expect("opened"));
    one.run(endpoint(1)).await.expect("written");
    assert_eq!(other.first(sql(COUNT)).await.expect("read"), Some((1_i64,)));
}

/// Table, column, type and whether it may be NULL.
type Column = (String, String, String, bool);

#[tokio::test]
async fn both_schemas_have_the_same_tables_columns_and_indexes() {
    let (_folder, sqlite) = sqlite().await;
    let postgres = Db::open(&server()).await.expect("opened");
    let lite: Vec<Column> = sqlite
        .all(sql(
            "SELECT tables.name, columns.name,
                CASE columns.type WHEN 'INTEGER' THEN 'bigint' WHEN 'BLOB' THEN 'bytea' ELSE lower(columns.type) END,
                columns.\"notnull\" = 0 AND columns.pk = 0
             FROM sqlite_schema AS tables JOIN pragma_table_info(tables.name) AS columns
             WHERE tables.type = 'table' AND tables.name NOT LIKE '\\_%' ESCAPE '\\'
                AND tables.name NOT LIKE 'sqlite%'",
        ))
        .await
        .expect("read");
    let server: Vec<Column> = postgres
        .all(sql("SELECT table_name::text, column_name::text, data_type::text, is_nullable = 'YES'
             FROM information_schema.columns
             WHERE table_schema = 'public' AND table_name NOT LIKE '\\_%'"))
        .await
        .expect("read");
    assert_eq!(BTreeSet::from_iter(lite), BTreeSet::from_iter(server));

    let lite: Vec<(String,)> = sqlite
        .all(sql("SELECT name FROM sqlite_schema WHERE type = 'index' AND name NOT LIKE 'sqlite%'"))
        .await
        .expect("read");
    let server: Vec<(String,)> = postgres
        .all(sql("SELECT indexname::text FROM pg_indexes WHERE schemaname = 'public'
                AND indexname NOT LIKE '%\\_pkey' AND indexname NOT LIKE '%\\_key'"))
        .await
        .expect("read");
    assert_eq!(BTreeSet::from_iter(lite), BTreeSet::from_iter(server));
}
