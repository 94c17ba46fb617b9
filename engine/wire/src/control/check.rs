//! Limits on the fields of control messages: protobuf has none of its own.

use super::control::Body;
use super::{
    AttendedSession, ConsentAsk, Demand, Display, Displays, Join, Joined, Refresh, SeatGranted, Welcome, join,
};
use crate::DecodeError;
use crate::limits::{
    AGENT_SECRET_BYTES, CAPABILITIES_MAX, CHAT_BYTES_MAX, DETAIL_BYTES_MAX, DISPLAYS_MAX, EXTENT_MAX,
    PATH_LIMIT_PATHS_MAX, PATH_LIMITS_MAX, RIGHTS_MAX, TEXT_BYTES_MAX, TILES_MAX, VARINT_MAX, VIDEOS_MAX,
    WANTED_MAX,
};

/// Whether every field of a body is within its limit; a hello is left to [`super::Hello::check`].
pub(super) fn body(body: &Body) -> Result<(), DecodeError> {
    session(body)?;
    match body {
        Body::Welcome(welcome) => greeting(welcome),
        Body::Refusal(refusal) => detail(&refusal.detail),
        Body::Join(join) => aim(join),
        Body::Joined(Joined { endpoint_name, .. }) => length("name", endpoint_name.len(), TEXT_BYTES_MAX),
        Body::JoinRefused(refused) => detail(&refused.detail),
        Body::SessionEnded(ended) => detail(&ended.detail),
        Body::SessionClosed(closed) => detail(&closed.detail),
        Body::ControlState(state) => detail(&state.detail),
        Body::Notice(notice) => detail(&notice.text),
        Body::Displays(displays) => every_display(displays),
        Body::Demand(demand) => every_wish(demand),
        Body::Refresh(refresh) => every_tile(refresh),
        Body::Answer(answer) => {
            number("rendition", answer.rendition.into(), u16::MAX.into())?;
            number("applied", answer.applied, VARINT_MAX)
        }
        Body::GoingAway(going) => length("resume token", going.resume_token.len(), TEXT_BYTES_MAX),
        Body::SeatGranted(granted) => seat(granted),
        Body::ConsentAsk(ask) => question(ask),
        Body::ChatSaid(said) => {
            length("name", said.name.len(), TEXT_BYTES_MAX)?;
            length("chat", said.text.len(), CHAT_BYTES_MAX)
        }
        Body::ChatSay(say) => length("chat", say.text.len(), CHAT_BYTES_MAX),
        Body::Hello(_)
        | Body::Ping(_)
        | Body::Pong(_)
        | Body::Leave(_)
        | Body::SessionOpened(_)
        | Body::SeatLeft(_)
        | Body::ConsentAnswer(_)
        | Body::CustomerEnds(_)
        | Body::JoinPending(_)
        | Body::ControlWish(_) => Ok(()),
    }
}

/// A session also stands in stream headers, where it must fit a varint.
fn session(body: &Body) -> Result<(), DecodeError> {
    let session = match body {
        Body::Joined(it) => it.session,
        Body::Leave(it) => it.session,
        Body::SessionEnded(it) => it.session,
        Body::SessionOpened(it) => it.session,
        Body::SessionClosed(it) => it.session,
        Body::SeatLeft(it) => it.session,
        Body::SeatGranted(it) => it.session,
        Body::ConsentAsk(it) => it.session,
        Body::ConsentAnswer(it) => it.session,
        Body::ChatSaid(it) => it.session,
        Body::ChatSay(it) => it.session,
        Body::CustomerEnds(it) => it.session,
        Body::Displays(it) => it.session,
        Body::Demand(it) => it.session,
        Body::Refresh(it) => it.session,
        Body::Answer(it) => it.session,
        Body::ControlWish(it) => it.session,
        Body::ControlState(it) => it.session,
        Body::Notice(it) => it.session,
        Body::Join(Join { target: Some(join::Target::Session(session)), .. }) => *session,
        _ => return Ok(()),
    };
    number("session", session, VARINT_MAX)
}

fn greeting(welcome: &Welcome) -> Result<(), DecodeError> {
    capabilities(&welcome.capabilities)?;
    welcome.attended.iter().try_for_each(attended)?;
    let Welcome { software, endpoint_id, endpoint_name, .. } = welcome;
    let texts = [("software", software), ("endpoint", endpoint_id), ("name", endpoint_name)];
    texts.iter().try_for_each(|(field, text)| length(field, text.len(), TEXT_BYTES_MAX))
}

/// A session and the secret of its agent.
pub(super) fn attended(own: &AttendedSession) -> Result<(), DecodeError> {
    number("session", own.session, VARINT_MAX)?;
    length("secret of a session", own.secret.len(), AGENT_SECRET_BYTES)
}

pub(super) fn capabilities(names: &[String]) -> Result<(), DecodeError> {
    length("capabilities", names.len(), CAPABILITIES_MAX)?;
    names.iter().try_for_each(|name| length("capability", name.len(), TEXT_BYTES_MAX))
}

fn aim(join: &Join) -> Result<(), DecodeError> {
    let display = join.watch.and_then(|watch| watch.display);
    number("display", display.unwrap_or_default().into(), u8::MAX.into())?;
    match &join.target {
        Some(join::Target::EndpointId(id)) => length("endpoint", id.len(), TEXT_BYTES_MAX),
        Some(join::Target::Session(_)) => Ok(()),
        None => Err(DecodeError::Contradiction("a join of nothing")),
    }
}

fn every_display(displays: &Displays) -> Result<(), DecodeError> {
    length("displays", displays.displays.len(), DISPLAYS_MAX)?;
    displays.displays.iter().try_for_each(|display| {
        let Display { id, name, width, height, .. } = display;
        number("display", (*id).into(), u8::MAX.into())?;
        length("name of a display", name.len(), TEXT_BYTES_MAX)?;
        number("width", (*width).into(), EXTENT_MAX.into())?;
        number("height", (*height).into(), EXTENT_MAX.into())
    })
}

fn seat(granted: &SeatGranted) -> Result<(), DecodeError> {
    length("participant", granted.participant.len(), TEXT_BYTES_MAX)?;
    length("name", granted.name.len(), TEXT_BYTES_MAX)?;
    length("rights", granted.rights.len(), RIGHTS_MAX)?;
    length("limits on paths", granted.paths.len(), PATH_LIMITS_MAX)?;
    granted.paths.iter().try_for_each(|limits| {
        length("allowed paths", limits.allow.len(), PATH_LIMIT_PATHS_MAX)?;
        length("denied paths", limits.deny.len(), PATH_LIMIT_PATHS_MAX)
    })
}

fn question(ask: &ConsentAsk) -> Result<(), DecodeError> {
    length("participant", ask.participant.len(), TEXT_BYTES_MAX)?;
    length("name", ask.name.len(), TEXT_BYTES_MAX)?;
    length("rights", ask.rights.len(), RIGHTS_MAX)
}

fn every_wish(demand: &Demand) -> Result<(), DecodeError> {
    length("wishes", demand.wanted.len(), WANTED_MAX)?;
    demand.wanted.iter().try_for_each(|wanted| number("display", wanted.display.into(), u8::MAX.into()))
}

fn every_tile(refresh: &Refresh) -> Result<(), DecodeError> {
    number("rendition", refresh.rendition.into(), u16::MAX.into())?;
    length("tiles", refresh.tiles.len(), TILES_MAX)?;
    length("videos", refresh.videos.len(), VIDEOS_MAX)?;
    let last = TILES_MAX as u64 - 1;
    refresh.tiles.iter().try_for_each(|tile| number("tile index", (*tile).into(), last))
}

fn detail(text: &str) -> Result<(), DecodeError> {
    length("text", text.len(), DETAIL_BYTES_MAX)
}

pub(crate) fn length(field: &'static str, got: usize, limit: usize) -> Result<(), DecodeError> {
    number(field, got as u64, limit as u64)
}

fn number(field: &'static str, got: u64, limit: u64) -> Result<(), DecodeError> {
    if got <= limit { Ok(()) } else { Err(DecodeError::OverLimit { field, got, limit }) }
}
