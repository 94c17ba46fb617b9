//! A technician's link: he joins sessions, says what he wants to see, and does things there.

use std::collections::HashMap;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use desk::session::{Deed, Step};
use desk::{Actor, Participant, presence};
use tokio::sync::{Notify, watch};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use transport::control::Control;
use transport::{Link, RecvStream, SendStream, StreamError};
use wire::close::CloseCode;
use wire::control::{
    Grant, Join, JoinPending, JoinRefused, Joined, RefusalCode, Role, SessionEnded, Watch, control::Body,
    join,
};
use wire::stream::{StreamHeader, StreamKind};
use wire::{DecodeError, SessionId};

use crate::admission::{self, Admission, NotAdmitted};
use crate::attendance::Present;
use crate::caps::Allowance;
use crate::consent::{self, Answer};
use crate::keeper::Caller;
use crate::peer::ended::Ended;
use crate::peer::talk::{Event, Talk};
use crate::peer::{input, rights, splice, viewer};
use crate::registry::Place;
use crate::session::{Ending, Outbox, Technician};
use crate::site::Site;
use crate::tickets::Holder;
use crate::time::Moment;

/// Streams whose header is being read, and input streams, of one technician.
const STREAMS_MAX: usize = transport::settings::STREAMS_LIVE as usize;

/// Joins at once, and one more each [`JOIN_EVERY`]: a page that comes back joins all its sessions.
const JOINS_AT_ONCE: u32 = 32;
const JOIN_EVERY: Duration = Duration::from_millis(500);

/// How long somebody from outside has one link; a page that is still in the session then opens another.
const EXTERNAL_MAX: Duration = Duration::from_secs(24 * 3600);

/// Stays with a technician until his link or his login ends, or with somebody from outside until he is out.
pub(super) async fn run(site: Arc<Site>, link: Link, control: Control, holder: Holder) {
    let (peer, carrier) = (link.peer(), link.carrier());
    let end = Ending::under(&site.stop);
    let (outbox, outgoing) = Outbox::new(end.clone());
    let talk = Talk::new(&site, link.clone(), control, outgoing, end.clone());
    let (user, caller, who) = introduce(&site, &holder, peer.ip().to_canonical());
    site.metrics.links(carrier, Role::Technician).increment(1.0);
    tracing::info!(user, %peer, carrier = carrier.name(), "technician connected");

    let (login_over, console_over) = match &holder {
        Holder::Login(login) => (site.logins.ended(login.id), site.consoles.token(login.id)),
        // He has neither; that he is out is in the desk's news.
        Holder::External(_) => (Arc::default(), Arc::default()),
    };
    let task = TechnicianTask {
        places: HashMap::new(),
        inputs: JoinSet::new(),
        joins: Allowance::new(JOINS_AT_ONCE, JOIN_EVERY),
        asking: JoinSet::new(),
        who,
        caller,
        site: &site,
        link,
        user: user.clone(),
        holder,
        outbox,
        end,
        talk,
    };
    let reason = task.run(&login_over, &console_over).await;
    site.metrics.links(carrier, Role::Technician).decrement(1.0);
    tracing::info!(user, %peer, %reason, "technician disconnected");
}

/// What logs call whoever is at the page, as whom he asks the desk, and who he is in sessions.
fn introduce(site: &Site, holder: &Holder, address: IpAddr) -> (String, Caller, Participant) {
    match holder {
        Holder::Login(login) => {
            (login.user.clone(), Caller::of(login, address), Participant::Account(login.account.into()))
        }
        Holder::External(id) => {
            let desk = site.keeper.read();
            let name = desk.externals().get(id).map(|open| open.name.clone()).unwrap_or_default();
            (name, Caller::at(Actor::External(*id), address), Participant::External(*id))
        }
    }
}

/// A stream that the technician opened.
enum Incoming {
    Uni(RecvStream),
    Bi(SendStream, RecvStream),
}

/// What a task that serves one input stream found.
type InputEnd = Result<(), Ended>;

/// How a technician comes in.
#[derive(Debug, Clone, Copy)]
struct Coming {
    /// What he calls his joining.
    request: u32,
    /// What he wants to see from the first moment on.
    watch: Option<Watch>,
}

/// A session that the technician is in.
struct Seat {
    place: Place,
    /// Fires when he is out: stops the task that sends the picture.
    out: CancellationToken,
    /// The task that passes on the newest input stream.
    input: Option<AbortHandle>,
}

struct TechnicianTask<'a> {
    site: &'a Arc<Site>,
    link: Link,
    holder: Holder,
    /// What logs call him.
    user: String,
    caller: Caller,
    who: Participant,
    outbox: Outbox,
    end: Ending,
    talk: Talk,
    places: HashMap<SessionId, Seat>,
    inputs: JoinSet<InputEnd>,
    joins: Allowance,
    /// Joins that wait for the person at an endpoint: who comes, the session and what that person said.
    asking: JoinSet<(Coming, SessionId, Answer)>,
}

impl TechnicianTask<'_> {
    async fn run(mut self, login_over: &CancellationToken, console_over: &CancellationToken) -> Ended {
        let ended = match self.open_console().await {
            Ok(present) => {
                let ended = self.serve(login_over, console_over).await;
                drop(present);
                ended
            }
            Err(ended) => ended,
        };
        let sessions: Vec<SessionId> = self.places.keys().copied().collect();
        for session in sessions {
            self.leave(session, false).await;
        }
        if let (Ended::Stopping, Holder::Login(login)) = (&ended, &self.holder) {
            self.talk.set_resume_token(self.site.logins.resume_token(login.id).unwrap_or_default());
        }
        self.talk.goodbye(self.site, &ended).await;
        ended
    }

    /// The standing link is the console: a second one of another login takes over.
    async fn open_console(&self) -> Result<Present, Ended> {
        let Holder::Login(login) = &self.holder else {
            return if self.is_over() {
                Err(Ended::LoginOver)
            } else {
                Ok(Present::new(self.site, self.who))
            };
        };
        if !self.site.logins.is_valid(login.id).await? {
            return Err(Ended::LoginOver);
        }
        let login = login.id.get().cast_unsigned();
        let open = presence::Command::Open { kind: presence::ConsoleKind::Web, login };
        self.site.keeper.ask(self.caller, open).await?;
        Ok(Present::new(self.site, self.who))
    }

    async fn serve(&mut self, login_over: &CancellationToken, console_over: &CancellationToken) -> Ended {
        let link = self.link.clone();
        let lasts = match &self.holder {
            Holder::Login(login) => login.expires.after(Moment::now()),
            Holder::External(_) => EXTERNAL_MAX,
        };
        let expires = tokio::time::Instant::now() + lasts;
        let header_max = self.site.config.links.header_timeout();
        let mut headers = JoinSet::new();
        // Waits that last over many events: to begin them anew for each would cost more than most events.
        let mut over = pin!(async {
            tokio::select! {
                biased;
                () = login_over.cancelled() => Ended::LoginOver,
                () = console_over.cancelled() => Ended::TakenOver,
                () = tokio::time::sleep_until(expires) => Ended::LoginOver,
            }
        });
        let (mut accepting_uni, mut accepting_bi) = (pin!(link.accept_uni()), pin!(link.accept_bi()));
        loop {
            let step = tokio::select! {
                biased;
                ended = over.as_mut() => Err(ended),
                event = self.talk.wait() => self.control(event).await,
                Some(ended) = self.inputs.join_next(), if !self.inputs.is_empty() => self.input_ended(ended),
                Some(asked) = self.asking.join_next(), if !self.asking.is_empty() => match asked {
                    Ok((coming, session, answer)) => self.answered(coming, session, answer).await,
                    // One that panicked is in the log.
                    Err(_) => Ok(()),
                },
                Some(read) = headers.join_next(), if !headers.is_empty() => match read {
                    Ok(Ok((header, Incoming::Uni(stream)))) => self.stream(header, stream),
                    Ok(Ok((header, Incoming::Bi(send, recv)))) => self.opened(header, send, recv),
                    // Reset before its header came, or a task that panicked, which is in the log.
                    Ok(Err(Ended::Stream { error: StreamError::Reset(_), .. })) | Err(_) => Ok(()),
                    Ok(Err(ended)) => Err(ended),
                },
                stream = accepting_uni.as_mut(), if headers.len() + self.inputs.len() < STREAMS_MAX => match stream {
                    Ok(mut stream) => {
                        accepting_uni.set(link.accept_uni());
                        headers.spawn(async move {
                            Ok((header_of(&mut stream, header_max).await?, Incoming::Uni(stream)))
                        });
                        Ok(())
                    }
                    Err(error) => Err(error.into()),
                },
                stream = accepting_bi.as_mut(), if headers.len() < STREAMS_MAX => match stream {
                    Ok((send, mut recv)) => {
                        accepting_bi.set(link.accept_bi());
                        headers.spawn(async move {
                            Ok((header_of(&mut recv, header_max).await?, Incoming::Bi(send, recv)))
                        });
                        Ok(())
                    }
                    Err(error) => Err(error.into()),
                },
            };
            if let Err(ended) = step {
                return ended;
            }
            self.forget_ended().await;
            if self.places.is_empty() && self.is_over() {
                return Ended::LoginOver;
            }
        }
    }

    /// Whether somebody from outside is in no session any more.
    fn is_over(&self) -> bool {
        let Holder::External(id) = &self.holder else { return false };
        self.site.keeper.read().externals().get(id).is_none_or(|open| open.joined.is_none())
    }

    async fn control(&mut self, event: Event) -> Result<(), Ended> {
        let Some(body) = self.talk.handle(self.site, event).await? else { return Ok(()) };
        match body {
            Body::Join(join) => self.join(join).await,
            Body::Leave(leave) => {
                let session = SessionId::from_wire(leave.session);
                if self.leave(session, true).await {
                    self.leave_desk(session).await;
                    let ended = SessionEnded { session: session.to_wire(), ..SessionEnded::default() };
                    self.talk.send(Body::SessionEnded(ended)).await?;
                }
                Ok(())
            }
            Body::Demand(demand) => match self.seat(demand.session) {
                Some(seat) => Ok(seat.session.demand(seat.seat, &demand.wanted)?),
                None => Ok(()),
            },
            Body::Refresh(refresh) => {
                if let Some(seat) = self.seat(refresh.session) {
                    seat.session.refresh(Instant::now(), seat.seat, &refresh);
                }
                Ok(())
            }
            Body::Answer(answer) => {
                if let Some(seat) = self.seat(answer.session) {
                    seat.session.answer(seat.seat, &answer);
                }
                Ok(())
            }
            Body::ControlWish(wish) => {
                if let Some(seat) = self.seat(wish.session) {
                    let has_changed = seat.session.wish_control(seat.seat, wish.wanted);
                    if has_changed {
                        self.site.registry.announce_control(seat.session.id);
                    }
                }
                Ok(())
            }
            Body::GoingAway(_) => Ok(()),
            _ => Err(Ended::OutOfOrder("a control message that no technician sends")),
        }
    }

    /// The place in a session. `None` when he is not in it: what he says then crossed its end on the way.
    fn seat(&self, session: u64) -> Option<&Place> {
        self.places.get(&SessionId::from_wire(session)).map(|seat| &seat.place)
    }

    async fn join(&mut self, join: Join) -> Result<(), Ended> {
        let request = join.request;
        let coming = Coming { request, watch: join.watch };
        if let Err(wait) = self.joins.take(Instant::now()) {
            self.site.metrics.joins_refused.increment(1);
            let retry_after_ms = u32::try_from(wait.as_millis()).unwrap_or(u32::MAX);
            let refused = NotAdmitted::new(RefusalCode::Full, "this page joins sessions too often");
            return self.refuse(request, NotAdmitted { retry_after_ms, ..refused }).await;
        }
        match self.admit(join).await {
            Ok(admission) => match self.asks(coming, &admission) {
                Ok(Some(timeout_ms)) => {
                    self.talk.send(Body::JoinPending(JoinPending { request, timeout_ms })).await
                }
                Ok(None) => self.come_in(coming, &admission).await,
                Err(refused) => {
                    self.leave_desk(admission.session).await;
                    self.refuse(request, refused).await
                }
            },
            Err(refused) => self.refuse(request, refused).await,
        }
    }

    async fn come_in(&mut self, coming: Coming, admission: &Admission) -> Result<(), Ended> {
        match self.take_seat(admission).await? {
            Ok(place) => self.joined(coming, &place, admission.grant).await,
            Err(refused) => self.refuse(coming.request, refused).await,
        }
    }

    /// Asks the person at the endpoint, where a policy wants that. Says how long the answer may take, if there
    /// is one to wait for.
    fn asks(&mut self, coming: Coming, admission: &Admission) -> Result<Option<u32>, NotAdmitted> {
        let Some(consent) = consent::needed(self.site, admission.session, self.who) else { return Ok(None) };
        let offline = || NotAdmitted::new(RefusalCode::Offline, "the computer is not connected");
        let agent = self.site.registry.agent(admission.endpoint).ok_or_else(offline)?;
        if self.site.config.links.sessions_of_link_max <= self.asking.len() {
            return Err(NotAdmitted::new(RefusalCode::Full, "this page asks as many people as it may"));
        }
        let (site, admission) = (Arc::clone(self.site), admission.clone());
        let who = (self.who, self.name());
        self.asking.spawn(async move {
            let answer = consent::ask(&site, &agent, &admission, who, consent).await;
            (coming, admission.session, answer)
        });
        Ok(Some(consent.timeout_s.saturating_mul(1000)))
    }

    /// The person at an endpoint answered, or nobody did.
    async fn answered(&mut self, coming: Coming, session: SessionId, answer: Answer) -> Result<(), Ended> {
        let step = match answer {
            Answer::Allowed => Step::Done,
            refused => Step::Refused { why: refused.words().to_owned() },
        };
        let id = desk::SessionId::new(session.to_wire());
        let act = desk::session::Command::Act { session: id, who: self.who, deed: Deed::AskConsent, step };
        if let Err(error) = self.site.keeper.ask(self.caller, act).await {
            tracing::info!(%error, %session, "what the person at an endpoint said is not in the log");
        }
        if answer != Answer::Allowed {
            self.leave_desk(session).await;
            let refused = NotAdmitted::new(RefusalCode::NotAllowed, answer.words());
            return self.refuse(coming.request, refused).await;
        }
        // Much may have changed while he was waiting.
        let target = Some(join::Target::Session(session.to_wire()));
        match admission::admit(self.site, self.caller, self.who, target).await {
            Ok(admission) => self.come_in(coming, &admission).await,
            Err(refused) => self.refuse(coming.request, refused).await,
        }
    }

    /// Which session is meant, and whether he may.
    async fn admit(&self, join: Join) -> Result<Admission, NotAdmitted> {
        if self.site.config.links.sessions_of_link_max <= self.places.len() {
            let detail = "this page is in as many sessions as it may be";
            return Err(NotAdmitted::new(RefusalCode::Full, detail));
        }
        if let (Holder::External(_), Some(join::Target::EndpointId(_))) = (&self.holder, &join.target) {
            let detail = "somebody from outside is in the session that he was invited into";
            return Err(NotAdmitted::new(RefusalCode::NotAllowed, detail));
        }
        admission::admit(self.site, self.caller, self.who, join.target).await
    }

    /// Takes a seat, and starts to send what is seen from it.
    async fn take_seat(&mut self, admission: &Admission) -> Result<Result<Place, NotAdmitted>, Ended> {
        // Who joins a second time gives up the first seat: a link has one picture of each session.
        self.leave(admission.session, false).await;
        let (wake, out) = (Arc::new(Notify::new()), CancellationToken::new());
        let technician = Technician {
            who: self.who,
            outbox: self.outbox.clone(),
            wake: Arc::clone(&wake),
            name: self.name(),
            grant: admission.grant,
            rights: watch::Sender::new(admission.rights.clone()),
            out: out.clone(),
        };
        let place = match self.site.registry.join(admission, technician, &self.site.metrics) {
            Ok(place) => place,
            Err(refused) => return Ok(Err(refused)),
        };
        if self.places.is_empty() {
            self.talk.set_live(true).await?;
        }
        self.places.insert(place.session.id, Seat { place: place.clone(), out: out.clone(), input: None });
        let viewer = viewer::Viewer::new(self.site, self.link.clone(), place.clone(), wake, self.end.clone());
        self.site.tasks.spawn(viewer.run(out));
        self.site.metrics.viewers.increment(1.0);
        Ok(Ok(place))
    }

    async fn joined(&mut self, coming: Coming, place: &Place, grant: Grant) -> Result<(), Ended> {
        let joined = Joined {
            request: coming.request,
            session: place.session.id.to_wire(),
            seat: place.seat.to_wire(),
            grant: Some(grant),
            endpoint_name: place.session.name.clone(),
        };
        self.talk.send(Body::Joined(joined)).await?;
        place.session.greet(place.seat, coming.watch);
        tracing::info!(
            user = self.user, session = %place.session.id, endpoint = %place.session.endpoint,
            name = place.session.name, seat = %place.seat, rights = words_for(grant), "technician joined"
        );
        Ok(())
    }

    async fn refuse(&mut self, request: u32, refused: NotAdmitted) -> Result<(), Ended> {
        tracing::info!(user = self.user, reason = refused.detail, "technician not admitted");
        let NotAdmitted { code, detail, retry_after_ms } = refused;
        let message = JoinRefused { request, code: code.into(), detail, retry_after_ms };
        self.talk.send(Body::JoinRefused(message)).await
    }

    /// Says whether he was in. Who leaves `for_good` does not come back to what he left running.
    async fn leave(&mut self, session: SessionId, for_good: bool) -> bool {
        let Some(seat) = self.places.remove(&session) else { return false };
        self.site.registry.leave(&seat.place, for_good);
        self.left(seat).await;
        true
    }

    /// Closing a session's page is leaving it; who is alone with an unattended endpoint ends the session. An owner
    /// whom others need stays it: what becomes of the session is his to say, not his page's.
    async fn leave_desk(&self, session: SessionId) {
        let id = desk::SessionId::new(session.to_wire());
        let command = {
            let desk = self.site.keeper.read();
            let Some(state) = desk.session(id).filter(|state| state.has(self.who)) else { return };
            match (state.owner().map(Participant::Account) == Some(self.who), state.item()) {
                (false, _) => desk::session::Command::Leave { session: id },
                (true, Some(_)) if state.members.len() == 1 => {
                    desk::session::Command::End { session: id, reason: String::new() }
                }
                (true, _) => return,
            }
        };
        if let Err(error) = self.site.keeper.ask(self.caller, command).await {
            tracing::warn!(user = self.user, %session, %error, "could not leave the session");
        }
    }

    /// Forgets the sessions that he was put out of.
    async fn forget_ended(&mut self) {
        let ended = self.places.iter().filter(|(_, seat)| seat.out.is_cancelled());
        let ended: Vec<SessionId> = ended.map(|(&session, _)| session).collect();
        for session in ended {
            if let Some(seat) = self.places.remove(&session) {
                self.left(seat).await;
            }
        }
    }

    async fn left(&mut self, seat: Seat) {
        seat.out.cancel();
        if let Some(input) = seat.input {
            input.abort();
        }
        self.site.metrics.viewers.decrement(1.0);
        tracing::info!(
            user = self.user, session = %seat.place.session.id, name = seat.place.session.name,
            seat = %seat.place.seat, "technician left"
        );
        if self.places.is_empty() {
            // A link that cannot even be told so is found dead by its own task.
            let _ = self.talk.set_live(false).await.is_ok();
        }
    }

    /// A stream that the technician opened: only input comes as one.
    fn stream(&mut self, header: StreamHeader, mut stream: RecvStream) -> Result<(), Ended> {
        self.talk.heard();
        if header.kind != StreamKind::Input {
            let error = DecodeError::Unknown { field: "stream kind", got: header.kind as u64 };
            return Err(Ended::Stream { what: "stream", error: error.into() });
        }
        let session = desk::SessionId::new(header.session.to_wire());
        let rights = self.site.keeper.read().rights(session, self.who);
        let Some(seat) =
            self.places.get_mut(&header.session).filter(|_| rights::may_open(header.kind, &rights))
        else {
            self.site.metrics.streams_refused.increment(1);
            stream.stop(CloseCode::NotAllowed);
            return Ok(());
        };
        let splice = input::Splice::new(self.site, seat.place.clone());
        let task = self.inputs.spawn(splice.run(stream));
        if let Some(older) = seat.input.replace(task) {
            older.abort();
        }
        Ok(())
    }

    /// A stream for something beside the screen: passed on to the agent by a task of its own, which ends with the
    /// seat.
    fn opened(
        &mut self,
        header: StreamHeader,
        mut send: SendStream,
        mut recv: RecvStream,
    ) -> Result<(), Ended> {
        self.talk.heard();
        if !header.kind.is_bidirectional() {
            let error = DecodeError::Unknown { field: "stream kind", got: header.kind as u64 };
            return Err(Ended::Stream { what: "stream", error: error.into() });
        }
        let allowed = self.places.get(&header.session).and_then(|seat| {
            let rights = seat.place.session.rights(seat.place.seat)?;
            let may_open = rights::may_open(header.kind, &rights.borrow());
            may_open.then_some((seat, rights))
        });
        let Some((seat, rights)) = allowed else {
            self.site.metrics.streams_refused.increment(1);
            send.reset(CloseCode::NotAllowed);
            recv.stop(CloseCode::NotAllowed);
            return Ok(());
        };
        let (place, out) = (seat.place.clone(), seat.out.clone());
        let held = match self.site.caps.stream(header.session, self.who) {
            Ok(held) => held,
            Err(full) => {
                self.site.metrics.streams_refused.increment(1);
                tracing::info!(user = self.user, session = %header.session, reason = %full, "refused a stream");
                send.reset(CloseCode::OverLimit);
                recv.stop(CloseCode::OverLimit);
                return Ok(());
            }
        };
        let (site, caller) = (Arc::clone(self.site), self.caller);
        let splice = splice::Splice { site, place, kind: header.kind, caller, rights, out, who: self.who };
        self.site.tasks.spawn(async move {
            splice.run((send, recv)).await;
            drop(held);
        });
        Ok(())
    }

    /// What the endpoint calls him.
    fn name(&self) -> String {
        let desk = self.site.keeper.read();
        let account = match self.who {
            Participant::Account(id) => desk.accounts().get(id),
            Participant::External(_) => None,
        };
        account.map_or_else(|| self.user.clone(), |account| account.name.clone())
    }

    fn input_ended(&mut self, ended: Result<InputEnd, tokio::task::JoinError>) -> Result<(), Ended> {
        self.talk.heard();
        // A task that was aborted has nothing to say; one that panicked is in the log.
        ended.unwrap_or(Ok(()))
    }
}

/// A stream's header, if it comes in time.
async fn header_of(stream: &mut RecvStream, max: Duration) -> Result<StreamHeader, Ended> {
    match timeout(max, stream.take_header()).await {
        Ok(header) => header.map_err(|error| Ended::stream("stream", error)),
        Err(_) => Err(Ended::Slow("a stream's header")),
    }
}

/// What a grant allows, in the log's words.
fn words_for(grant: Grant) -> &'static str {
    match (grant.view, grant.control) {
        (_, true) => "view and control",
        (true, false) => "view",
        (false, false) => "nothing",
    }
}
