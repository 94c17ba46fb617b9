//! One action on one stream: its first message says what, its last one how it went.

use std::time::Duration;

use platform::actions::{ActionError, Deed};
use platform::privacy::Shut;
use platform::program::{Command, Login, NotAs, no_logins};
use tokio::time::{Instant, sleep_until};
use transport::{RecvStream, SendStream};

use wire::shell::Exit;
use wire::tools::{
    ActionEnded, ActionList, ActionRefused, ControlService, Credentials, Done, EndProcess, FromAction,
    ListActions, Output, Refused, Restrict, RunScript, RunSpecial, ServiceAct, ToAction, action_ended::By,
    from_action, to_action,
};

use super::program::{Next, Piece, Program};
use super::{Doings, rights, script};
use crate::tools::talk::{Heard, Permit, Told, ToolError};

/// How long a script may run that does not say so itself.
const TIMEOUT_DEFAULT: Duration = Duration::from_secs(10 * 60);

/// How long any may run.
const TIMEOUT_MAX: Duration = Duration::from_secs(24 * 3600);

/// How long something that was started for the person at the screen may take to fail.
const LAUNCH: Duration = Duration::from_millis(400);

/// Who acts, and what he may.
pub(in crate::tools) struct Work {
    pub(in crate::tools) doings: Doings,
    pub(in crate::tools) permit: Permit,
    /// What this computer calls him.
    pub(in crate::tools) name: String,
}

/// Why an action was not done.
struct No(Refused, String);

impl From<ActionError> for No {
    fn from(error: ActionError) -> Self {
        let why = match error {
            ActionError::NotKnown(_) => Refused::NotKnown,
            ActionError::NotAvailable(_) => Refused::NotAvailable,
            ActionError::Failed(_) => Refused::Failed,
        };
        Self(why, error.to_string())
    }
}

/// How an action ended.
type Outcome = Result<By, No>;

/// Serves one stream to its end.
pub(in crate::tools) async fn serve(work: Work, send: SendStream, recv: RecvStream) -> Result<(), ToolError> {
    let mut act = Act { work, heard: Heard::new(recv), told: Told::new(send) };
    let first = act.heard.first().await?.body.ok_or(ToolError::OutOfOrder)?;
    let needed = rights::needs(&first).ok_or(ToolError::OutOfOrder)?;
    let may = match &first {
        to_action::Body::List(_) => act.work.permit.has_any(rights::ANY),
        _ => act.work.permit.has(&needed),
    };
    if !may {
        tracing::warn!(session = %act.work.permit.session, name = act.work.name, ?needed, "an action without right");
        let no = No(Refused::NotAllowed, String::new());
        return act.end(Err(no)).await;
    }
    let permit = act.work.permit.clone();
    tokio::select! {
        biased;
        () = permit.lost(&needed), if !needed.is_empty() => Err(ToolError::NotAllowed),
        done = act.run(first) => done,
    }
}

struct Act {
    work: Work,
    heard: Heard<ToAction>,
    told: Told,
}

impl Act {
    async fn run(&mut self, what: to_action::Body) -> Result<(), ToolError> {
        let outcome = match what {
            to_action::Body::List(ListActions {}) => return self.list().await,
            to_action::Body::Restrict(restrict) => return self.restrict(restrict).await,
            to_action::Body::Special(special) => self.special(special).await?,
            to_action::Body::Script(script) => self.script(script).await?,
            to_action::Body::EndProcess(end) => self.end_process(end).await,
            to_action::Body::Service(service) => self.service(service).await,
            to_action::Body::Stop(_) => return Err(ToolError::OutOfOrder),
        };
        self.end(outcome).await
    }

    fn note(&self, what: &str) {
        tracing::info!(session = %self.work.permit.session, by = self.work.name, what, "action");
    }

    async fn list(&mut self) -> Result<(), ToolError> {
        let specials = self.work.doings.ask(|actions| actions.specials()).await.unwrap_or_default();
        let list = ActionList {
            os: std::env::consts::OS.to_owned(),
            specials,
            restriction: Some(self.work.doings.blinds.restriction()),
            no_credentials: no_logins().unwrap_or_default().to_owned(),
        };
        self.say(from_action::Body::List(list)).await?;
        self.told.finish()
    }

    async fn special(&mut self, special: RunSpecial) -> Result<Outcome, ToolError> {
        let RunSpecial { id, credentials } = special;
        self.note(&format!("special action {id}"));
        let deed = self.work.doings.ask(move |actions| actions.special(&id)).await;
        let (deed, whose) = match deed {
            Some(Ok(deed)) => (deed, credentials.map(login)),
            Some(Err(error)) => return Ok(Err(error.into())),
            None => return Ok(Err(internal())),
        };
        match (deed, whose) {
            (Deed::Run(command), whose) => {
                self.program(Start { command, whose, text: None }, TIMEOUT_DEFAULT).await
            }
            (Deed::Launch(command), None) => Ok(launch(&command).await),
            (Deed::Launch(_), Some(_)) => Ok(Err(No(Refused::NotAvailable, NO_WINDOWS.to_owned()))),
        }
    }

    async fn script(&mut self, script: RunScript) -> Result<Outcome, ToolError> {
        self.note(&format!("script {}", script.name));
        let longest = match script.timeout_s {
            0 => TIMEOUT_DEFAULT,
            seconds => Duration::from_secs(seconds.into()).min(TIMEOUT_MAX),
        };
        let no = |error: script::NoScript| No(Refused::NotAvailable, error.to_string());
        if let Some(credentials) = script.credentials.clone() {
            return match script::prepare_for_other(&script) {
                Ok((command, text)) => {
                    let start = Start { command, whose: Some(login(credentials)), text: Some(text) };
                    self.program(start, longest).await
                }
                Err(error) => Ok(Err(no(error))),
            };
        }
        match script::prepare(&script) {
            // Its file is there until it ended.
            Ok(script::Prepared { command, file: _file }) => {
                self.program(Start { command, whose: None, text: None }, longest).await
            }
            Err(error) => Ok(Err(no(error))),
        }
    }

    /// Starts a program as whoever it is to be.
    async fn start(&self, start: Start) -> Result<Program, No> {
        let Start { command, whose, text } = start;
        let Some(login) = whose else {
            return Program::start(&command).map_err(|error| No(Refused::Failed, error.to_string()));
        };
        // A closed semaphore is one whose agent is gone.
        let turn = self.work.doings.logins.clone().acquire_owned().await.map_err(|_| internal())?;
        let started = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            Program::start_as(&command, &login, text.as_deref().map(str::as_bytes))
        });
        started.await.map_err(|_| internal())?.map_err(|error| {
            let why = match error {
                NotAs::Login(_) => Refused::Credentials,
                NotAs::NotAvailable(_) => Refused::NotAvailable,
                NotAs::Failed(_) => Refused::Failed,
            };
            No(why, error.to_string())
        })
    }

    /// Runs a program to its end, its time's end, or its technician's wish.
    async fn program(&mut self, start: Start, longest: Duration) -> Result<Outcome, ToolError> {
        let Ok(_place) = self.work.doings.programs.clone().try_acquire_owned() else {
            return Ok(Err(No(Refused::Full, "this computer runs as many programs as it may".to_owned())));
        };
        let mut program = match self.start(start).await {
            Ok(program) => program,
            Err(no) => return Ok(Err(no)),
        };
        let late = Instant::now() + longest;
        let (mut why, mut is_heard) = (None, true);
        loop {
            tokio::select! {
                biased;
                message = self.heard.next(), if is_heard => match message?.map(|message| message.body) {
                    Some(Some(to_action::Body::Stop(_))) => {
                        why = Some(By::Stopped(Done {}));
                        program.stop();
                    }
                    Some(None) => {}
                    Some(Some(_)) => return Err(ToolError::OutOfOrder),
                    None => is_heard = false,
                },
                () = sleep_until(late), if why.is_none() => {
                    why = Some(By::TimedOut(Done {}));
                    program.stop();
                }
                next = program.next() => match next {
                    Next::Piece(Piece { bytes, is_error }) => {
                        self.say(from_action::Body::Output(Output { bytes, is_error })).await?;
                    }
                    Next::Ended(exit) => return Ok(Ok(why.unwrap_or_else(|| by(exit)))),
                },
            }
        }
    }

    async fn end_process(&mut self, end: EndProcess) -> Outcome {
        let EndProcess { process, started_ms, is_forced } = end;
        self.note(&format!("end of process {process}"));
        let ended =
            self.work.doings.ask(move |actions| actions.end_process(process, started_ms, is_forced)).await;
        done(ended)
    }

    async fn service(&mut self, service: ControlService) -> Outcome {
        let act = service.act();
        if act == ServiceAct::Unspecified {
            return Err(No(Refused::NotKnown, "no such act on a service".to_owned()));
        }
        self.note(&format!("{} of service {}", act.as_str_name(), service.name));
        done(self.work.doings.ask(move |actions| actions.service(&service.name, act)).await)
    }

    /// Shuts the customer's side off until the stream ends, or the customer takes it back.
    async fn restrict(&mut self, restrict: Restrict) -> Result<(), ToolError> {
        let shut = Shut { screen: restrict.screen, input: restrict.input };
        self.note(&format!("restriction {shut:?}"));
        let mut held = match self.work.doings.blinds.hold(shut) {
            Ok(held) => held,
            Err(why) => return self.end(Err(No(Refused::NotAvailable, why))).await,
        };
        let mut now = held.now();
        loop {
            self.say(from_action::Body::Restriction(now.clone())).await?;
            if now.is_taken_back {
                return self.end(Ok(By::Done(Done {}))).await;
            }
            now = tokio::select! {
                biased;
                // Whatever he says next, and the end of the stream, gives it back.
                message = self.heard.next() => {
                    message?;
                    return self.end(Ok(By::Done(Done {}))).await;
                }
                now = held.next() => now,
            };
        }
    }

    async fn end(&mut self, outcome: Outcome) -> Result<(), ToolError> {
        let body = match outcome {
            Ok(by) => from_action::Body::Ended(ActionEnded { by: Some(by) }),
            Err(No(why, mut detail)) => {
                detail.truncate(detail.floor_char_boundary(wire::limits::DETAIL_BYTES_MAX));
                from_action::Body::Refused(ActionRefused { why: why.into(), detail })
            }
        };
        self.say(body).await?;
        self.told.finish()
    }

    async fn say(&mut self, body: from_action::Body) -> Result<(), ToolError> {
        self.told.say(&FromAction { body: Some(body) }).await
    }
}

/// Why nothing that stays on the desktop is started as somebody else.
const NO_WINDOWS: &str = "not available here: windows of another user cannot be put on this desktop";

/// A program to be started.
struct Start {
    command: Command,
    /// As whom, if not as the agent.
    whose: Option<Login>,
    /// What that other user gets as a file.
    text: Option<String>,
}

fn login(credentials: Credentials) -> Login {
    Login { user: credentials.user, password: credentials.password }
}

fn by(exit: Exit) -> By {
    match exit {
        Exit::Status(status) => By::Status(status),
        Exit::Signal(signal) => By::Signal(signal),
    }
}

fn done(result: Option<Result<(), ActionError>>) -> Outcome {
    match result {
        Some(Ok(())) => Ok(By::Done(Done {})),
        Some(Err(error)) => Err(error.into()),
        None => Err(internal()),
    }
}

fn internal() -> No {
    No(Refused::Failed, "the agent could not do it".to_owned())
}

/// Starts something that stays. What fails at once is said.
async fn launch(command: &Command) -> Outcome {
    let mut ending = command.launch().map_err(|error| No(Refused::Failed, error.to_string()))?;
    tokio::time::sleep(LAUNCH).await;
    match ending.ended() {
        Ok(Some(exit)) if exit != Exit::Status(0) => Ok(by(exit)),
        _ => {
            // Somebody has to wait for it, or its place in the system's table stays taken.
            std::thread::spawn(move || drop(ending.wait()));
            Ok(By::Done(Done {}))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exit_keeps_its_number() {
        assert_eq!(by(Exit::Status(7)), By::Status(7));
        assert_eq!(by(Exit::Signal(9)), By::Signal(9));
    }
}
