//! Limits on the fields of messages of tools.

use super::{
    ActionList, Credentials, FromAction, FromClipboard, FromSystem, Item, Restriction, RunScript, Table,
    ToAction, ToClipboard, ToSystem, ToolMessage, bytes_of, from_action, from_clipboard, from_system,
    to_action, to_clipboard,
};
use crate::DecodeError;
use crate::control::check::length;
use crate::limits::{
    CELL_BYTES_MAX, CLIPBOARD_BYTES_MAX, CLIPBOARD_ITEMS_MAX, COLUMNS_MAX, DETAIL_BYTES_MAX, ROWS_MAX,
    SCRIPT_BYTES_MAX, TEXT_BYTES_MAX, TOOL_LIST_MAX, TOOL_PIECE_BYTES_MAX,
};

impl ToolMessage for ToSystem {
    fn check(&self) -> Result<(), DecodeError> {
        length("sections", self.sections.len(), TOOL_LIST_MAX)
    }
}

impl ToolMessage for FromSystem {
    fn check(&self) -> Result<(), DecodeError> {
        match &self.body {
            Some(from_system::Body::Table(table)) => every_cell(table),
            Some(from_system::Body::SectionEnd(end)) => detail(&end.missing),
            Some(from_system::Body::Done(_)) | None => Ok(()),
        }
    }
}

fn every_cell(table: &Table) -> Result<(), DecodeError> {
    name("table", &table.id)?;
    length("columns", table.columns.len(), COLUMNS_MAX)?;
    table.columns.iter().try_for_each(|column| name("column", &column.id))?;
    length("rows", table.rows.len(), ROWS_MAX)?;
    table.rows.iter().try_for_each(|row| {
        length("cells", row.cells.len(), table.columns.len())?;
        row.cells.iter().try_for_each(|cell| length("cell", cell.len(), CELL_BYTES_MAX))
    })
}

impl ToolMessage for ToClipboard {
    fn check(&self) -> Result<(), DecodeError> {
        match &self.body {
            Some(to_clipboard::Body::Put(put)) => items(&put.items),
            Some(to_clipboard::Body::Piece(bytes)) => piece(bytes),
            Some(to_clipboard::Body::Fetch(_)) | None => Ok(()),
        }
    }
}

impl ToolMessage for FromClipboard {
    fn check(&self) -> Result<(), DecodeError> {
        match &self.body {
            // What is only announced may be larger than what can be sent.
            Some(from_clipboard::Body::Changed(changed)) => {
                length("items", changed.items.len(), CLIPBOARD_ITEMS_MAX)
            }
            Some(from_clipboard::Body::Content(content)) => items(&content.items),
            Some(from_clipboard::Body::Piece(bytes)) => piece(bytes),
            Some(from_clipboard::Body::Failed(failed)) => detail(&failed.detail),
            Some(from_clipboard::Body::Stored(_)) | None => Ok(()),
        }
    }
}

fn items(items: &[Item]) -> Result<(), DecodeError> {
    length("items", items.len(), CLIPBOARD_ITEMS_MAX)?;
    length("clipboard", bytes_of(items), CLIPBOARD_BYTES_MAX)
}

fn piece(bytes: &[u8]) -> Result<(), DecodeError> {
    length("piece", bytes.len(), TOOL_PIECE_BYTES_MAX)
}

impl ToolMessage for ToAction {
    fn check(&self) -> Result<(), DecodeError> {
        match &self.body {
            Some(to_action::Body::Special(special)) => {
                name("action", &special.id)?;
                credentials(special.credentials.as_ref())
            }
            Some(to_action::Body::Script(run)) => script(run),
            Some(to_action::Body::Service(service)) => name("service", &service.name),
            Some(
                to_action::Body::List(_)
                | to_action::Body::EndProcess(_)
                | to_action::Body::Restrict(_)
                | to_action::Body::Stop(_),
            )
            | None => Ok(()),
        }
    }
}

fn credentials(credentials: Option<&Credentials>) -> Result<(), DecodeError> {
    credentials.map_or(Ok(()), |Credentials { user, password }| {
        name("user", user)?;
        name("password", password)
    })
}

fn script(run: &RunScript) -> Result<(), DecodeError> {
    name("script", &run.name)?;
    credentials(run.credentials.as_ref())?;
    length("arguments", run.arguments.len(), TOOL_LIST_MAX)?;
    run.arguments.iter().try_for_each(|argument| name("argument", &argument.name))?;
    let filled_in = run.arguments.iter().map(|argument| argument.value.len()).sum();
    length("values of arguments", filled_in, SCRIPT_BYTES_MAX)?;
    length("bodies", run.bodies.len(), TOOL_LIST_MAX)?;
    run.bodies.iter().try_for_each(|body| {
        name("os", &body.os)?;
        name("interpreter", &body.interpreter)?;
        length("script", body.text.len(), SCRIPT_BYTES_MAX)
    })
}

impl ToolMessage for FromAction {
    fn check(&self) -> Result<(), DecodeError> {
        match &self.body {
            Some(from_action::Body::List(list)) => every_action(list),
            Some(from_action::Body::Output(output)) => piece(&output.bytes),
            Some(from_action::Body::Refused(refused)) => detail(&refused.detail),
            Some(from_action::Body::Restriction(now)) => restriction(now),
            Some(from_action::Body::Ended(_)) | None => Ok(()),
        }
    }
}

fn every_action(list: &ActionList) -> Result<(), DecodeError> {
    name("os", &list.os)?;
    length("actions", list.specials.len(), TOOL_LIST_MAX)?;
    list.specials.iter().try_for_each(|special| {
        name("action", &special.id)?;
        detail(&special.missing)
    })?;
    detail(&list.no_credentials)?;
    list.restriction.as_ref().map_or(Ok(()), restriction)
}

fn restriction(now: &Restriction) -> Result<(), DecodeError> {
    detail(&now.no_screen)?;
    detail(&now.no_input)
}

fn name(field: &'static str, text: &str) -> Result<(), DecodeError> {
    length(field, text.len(), TEXT_BYTES_MAX)
}

fn detail(text: &str) -> Result<(), DecodeError> {
    length("text", text.len(), DETAIL_BYTES_MAX)
}
