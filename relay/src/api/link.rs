//! `/link`: a link as WebSocket, for where UDP does not get through.

use std::future::ready;

use axum::extract::ws::{CloseFrame, Message as WsMessage, WebSocket, WebSocketUpgrade};
use axum::extract::{Extension, State};
use axum::http::header::ORIGIN;
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Response};
use futures_util::{SinkExt, StreamExt};
use transport::websocket::{self, MESSAGE_BYTES_MAX, Message, Side};

use crate::api::Shared;
use crate::api::origin::authority_of;
use crate::api::problem::Problem;
use crate::endpoint::CameBy;
use crate::peer;

/// The status of a close frame without one (RFC 6455 §7.1.5).
const NO_STATUS: u16 = 1005;

pub(super) async fn open(
    State(site): State<Shared>,
    Extension(came_by): Extension<CameBy>,
    uri: Uri,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Response {
    let Ok(upgrade) = upgrade else {
        return Problem::bad_request("a WebSocket upgrade over HTTP/1.1 is expected here").into_response();
    };
    let origin = headers.get(ORIGIN).map(|origin| origin.to_str().unwrap_or("null"));
    let scheme = if came_by.over_tls { "https" } else { "http" };
    let ours = format!("{scheme}://{}", authority_of(&uri, &headers).unwrap_or(""));
    if !site.origins.may_open(origin, &ours) {
        tracing::warn!(peer = %came_by.peer, origin, "refused a page of another site");
        return Problem::cross_site().into_response();
    }
    let upgrade = upgrade.max_message_size(MESSAGE_BYTES_MAX).max_frame_size(MESSAGE_BYTES_MAX);
    upgrade.on_upgrade(move |socket| async move {
        let link = websocket::link(adapt(socket), Side::Acceptor, came_by.peer, came_by.exporter);
        let tasks = site.tasks.clone();
        tasks.spawn(peer::greet(site, link));
    })
}

/// Our messages for axum's. Pings are answered by the WebSocket itself.
fn adapt(
    socket: WebSocket,
) -> impl futures_util::Stream<Item = Result<Message, axum::Error>>
+ futures_util::Sink<Message, Error = axum::Error> {
    socket
        .with(|message| ready(Ok(outgoing(message))))
        .filter_map(|message| ready(incoming(message).transpose()))
}

fn outgoing(message: Message) -> WsMessage {
    match message {
        Message::Binary(bytes) => WsMessage::Binary(bytes),
        Message::Text => WsMessage::Text("".into()),
        Message::Close { status, reason } => {
            WsMessage::Close(Some(CloseFrame { code: status, reason: reason.into() }))
        }
    }
}

fn incoming(message: Result<WsMessage, axum::Error>) -> Result<Option<Message>, axum::Error> {
    Ok(match message? {
        WsMessage::Binary(bytes) => Some(Message::Binary(bytes)),
        WsMessage::Text(_) => Some(Message::Text),
        WsMessage::Close(frame) => Some(match frame {
            Some(frame) => Message::Close { status: frame.code, reason: frame.reason.to_string() },
            None => Message::Close { status: NO_STATUS, reason: String::new() },
        }),
        WsMessage::Ping(_) | WsMessage::Pong(_) => None,
    })
}
