//! docs/protocol.md says the numbers that the code has.

use std::collections::BTreeMap;

use wire::close::CloseCode;
use wire::limits;
use wire::stream::StreamKind;

const PAGE: &str = include_str!("../../../../../docs/protocol.md");
const SOURCE: &str = include_str!("../../../../../engine/wire/src/limits.rs");

/// The first two cells of each row of the table under a heading.
fn table(heading: &str) -> Vec<(&'static str, &'static str)> {
    let section =
        PAGE.split("\n## ").find(|section| section.starts_with(heading)).expect("the heading is there");
    let rows = section.lines().filter_map(|line| line.strip_prefix("| "));
    let cells = rows.filter_map(|row| row.split_once(" | "));
    let cells = cells.map(|(first, rest)| (first, rest.split(" | ").next().unwrap_or(rest)));
    cells.skip(1).collect()
}

fn number(cell: &str) -> u32 {
    u32::from_str_radix(cell.trim_start_matches("0x"), 16).expect("a number in hexadecimal")
}

macro_rules! values {
    ($($name:ident),* $(,)?) => { BTreeMap::from([$((stringify!($name), limits::$name.to_string())),*]) };
}

#[test]
fn the_page_has_every_limit_as_it_is() {
    let values = values![
        CONTROL_BYTES_MAX,
        TEXT_BYTES_MAX,
        DETAIL_BYTES_MAX,
        CAPABILITIES_MAX,
        DISPLAYS_MAX,
        WANTED_MAX,
        VARINT_MAX,
        UPDATE_BYTES_MAX,
        OPERATIONS_MAX,
        SEATS_MAX,
        EXTENT_MAX,
        TILES_MAX,
        TILE_BYTES_MAX,
        DICTIONARIES_MAX,
        DICTIONARY_BYTES_MAX,
        SLOTS_MAX,
        PICTURE_BYTES_MAX,
        VIDEOS_MAX,
        INPUT_BYTES_MAX,
        INPUT_TEXT_BYTES_MAX,
        KEY_NAME_BYTES_MAX,
        CURSOR_EXTENT_MAX,
        CURSOR_BYTES_MAX,
        SHELL_BYTES_MAX,
        SHELL_RECORD_BYTES_MAX,
        SHELL_EXTENT_MAX,
        AGENT_SECRET_BYTES,
        RIGHTS_MAX,
        TOOL_MESSAGE_BYTES_MAX,
        TOOL_PIECE_BYTES_MAX,
        CLIPBOARD_BYTES_MAX,
        CLIPBOARD_ITEMS_MAX,
        COLUMNS_MAX,
        ROWS_MAX,
        CELL_BYTES_MAX,
        TOOL_LIST_MAX,
        SCRIPT_BYTES_MAX,
        CHAT_BYTES_MAX,
        FILE_BYTES_MAX,
        FILE_RECORD_BYTES_MAX,
        FILE_PATH_BYTES_MAX,
        FILE_PATHS_MAX,
        FILE_ITEMS_MAX,
        FILE_VOLUMES_MAX,
        FILE_MARK_BYTES_MAX,
        PATH_LIMITS_MAX,
        PATH_LIMIT_PATHS_MAX,
    ];
    let said: BTreeMap<&str, String> = table("Limits")
        .into_iter()
        .map(|(name, value)| (name.trim_matches('`'), value.replace(',', "")))
        .collect();
    assert_eq!(said, values);
    let declared = SOURCE.lines().filter_map(|line| line.strip_prefix("pub const ")?.split(':').next());
    let missing: Vec<&str> = declared.filter(|name| !values.contains_key(name)).collect();
    assert!(missing.is_empty(), "limits that neither this test nor the page has: {missing:?}");
}

#[test]
fn the_page_has_every_close_code() {
    let said: Vec<(u32, String)> =
        table("Close codes").into_iter().map(|(code, name)| (number(code), name.to_owned())).collect();
    for (code, name) in &said {
        assert_eq!(format!("{:?}", CloseCode::from_wire(*code)), *name);
    }
    let codes = (0..=0xff).filter(|code| CloseCode::from_wire(*code).to_wire() == *code);
    assert_eq!(codes.collect::<Vec<_>>(), said.iter().map(|(code, _)| *code).collect::<Vec<_>>());
}

#[test]
fn the_page_has_every_kind_of_stream() {
    let said: Vec<(u32, String)> =
        table("Streams").into_iter().map(|(kind, name)| (number(kind), name.to_owned())).collect();
    let kinds = (0..=0xff_u8).filter_map(|raw| StreamKind::from_wire(raw).ok());
    let kinds: Vec<(u32, String)> = kinds.map(|kind| (kind as u32, format!("{kind:?}"))).collect();
    assert_eq!(said, kinds);
}
