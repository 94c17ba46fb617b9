//! One action of a technician: its first message says what he wants, and needs the permission for just that. Nothing
//! reaches the endpoint before it stands in the log; how it ended is written behind it.

use std::time::Duration;

use desk::permission::Permission;
use desk::record::Script;
use desk::session::{Deed, Step};
use desk::{Desk, ScriptId};
use tokio::time::timeout;
use wire::tools::{
    ActionEnded, ActionRefused, Argument, Credentials, FromAction, Refused, RunScript, ScriptBody, ToAction,
    action_ended::By, from_action, to_action,
};

use super::{Messages, may, pass};
use crate::peer::splice::{Ended, Pair, Splice};

/// How long a technician may take to say what he wants.
const FIRST_MAX: Duration = Duration::from_secs(5);

/// Any of these lets him see what can be done.
const ANY: &[Permission] = &[
    Permission::Actions,
    Permission::Scripts,
    Permission::ManageProcesses,
    Permission::RestrictCustomer,
    Permission::RunAs,
];

/// Joins both streams until the action ended.
pub(in crate::peer) async fn join(
    splice: &Splice,
    technician: &mut Pair,
    agent: &mut Pair,
) -> Result<(), Ended> {
    let mut up = Messages::<ToAction>::new(&mut technician.1);
    let first = timeout(FIRST_MAX, up.next(splice)).await.map_err(|_| Ended::Silent)??;
    let asked = first.and_then(|message| message.body).ok_or(Ended::Silent)?;
    let wanted = match decide(splice, asked) {
        Ok(wanted) => wanted,
        Err((why, detail)) => {
            splice.site.metrics.streams_refused.increment(1);
            let refused = from_action::Body::Refused(ActionRefused { why: why.into(), detail });
            pass(&mut technician.0, &FromAction { body: Some(refused) }).await?;
            agent.0.reset(wire::close::CloseCode::Cancelled);
            return Ok(technician.0.finish()?);
        }
    };
    let mut entry = Entry::begin(splice, wanted.deed).await?;
    pass(&mut agent.0, &ToAction { body: Some(wanted.message) }).await?;
    let mut down = Messages::<FromAction>::new(&mut agent.1);
    let mut says_more = true;
    loop {
        tokio::select! {
            biased;
            () = revoked(splice, &wanted.needs) => return Err(Ended::NotAllowed),
            message = down.next(splice) => match message? {
                Some(message) => {
                    entry.hears(&message);
                    pass(&mut technician.0, &message).await?;
                }
                None => return Ok(technician.0.finish()?),
            },
            message = up.next(splice), if says_more => match message? {
                // Behind its first message an action is only ever stopped.
                Some(ToAction { body: Some(to_action::Body::Stop(stop)) }) => {
                    pass(&mut agent.0, &ToAction { body: Some(to_action::Body::Stop(stop)) }).await?;
                }
                Some(ToAction { body: None }) => {}
                Some(_) => return Err(Ended::OutOfOrder),
                None => {
                    says_more = false;
                    agent.0.finish()?;
                }
            },
        }
    }
}

async fn revoked(splice: &Splice, needs: &[Permission]) {
    if needs.is_empty() {
        return std::future::pending().await;
    }
    let mut rights = splice.rights.clone();
    let is_gone =
        rights.wait_for(|rights| !needs.iter().all(|&permission| rights.has(permission))).await.is_err();
    if is_gone {
        // The seat is gone; that ends the stream elsewhere.
        std::future::pending::<()>().await;
    }
}

/// What an action comes to.
struct Wanted {
    needs: Vec<Permission>,
    message: to_action::Body,
    /// What the log says; nothing of what only looks.
    deed: Option<Deed>,
}

type No = (Refused, String);

/// Whether he may, and what is sent.
fn decide(splice: &Splice, asked: to_action::Body) -> Result<Wanted, No> {
    let needs = needs(&asked).ok_or((Refused::NotKnown, String::new()))?;
    let may_do = match &asked {
        to_action::Body::List(_) => ANY.iter().any(|&permission| may(splice, &[permission])),
        _ => may(splice, &needs),
    };
    if !may_do {
        return Err((Refused::NotAllowed, String::new()));
    }
    let desk = splice.site.keeper.read();
    let message = match asked {
        to_action::Body::Script(run) => to_action::Body::Script(filled_in(&desk, splice, run)?),
        other => other,
    };
    let deed = deed(&message);
    Ok(Wanted { needs, message, deed })
}

/// All that an action needs; `None` for what only follows a first message.
fn needs(asked: &to_action::Body) -> Option<Vec<Permission>> {
    let with = |permission, credentials: &Option<Credentials>| match credentials {
        Some(_) => vec![permission, Permission::RunAs],
        None => vec![permission],
    };
    Some(match asked {
        to_action::Body::List(_) => Vec::new(),
        to_action::Body::Special(special) => with(Permission::Actions, &special.credentials),
        to_action::Body::Script(script) => with(Permission::Scripts, &script.credentials),
        to_action::Body::EndProcess(_) | to_action::Body::Service(_) => vec![Permission::ManageProcesses],
        to_action::Body::Restrict(_) => vec![Permission::RestrictCustomer],
        to_action::Body::Stop(_) => return None,
    })
}

/// The script as the library has it, with the arguments that were given. Nothing else of what a technician sent
/// remains.
fn filled_in(desk: &Desk, splice: &Splice, run: RunScript) -> Result<RunScript, No> {
    let session = desk::SessionId::new(splice.place.session.id.to_wire());
    let id = ScriptId::new(run.script);
    let mut scripts = desk.scripts_for(session, splice.who).into_iter();
    let (_, script) = scripts
        .find(|(one, _)| *one == id)
        .ok_or_else(|| (Refused::NotKnown, "there is no such script for you".to_owned()))?;
    let arguments = arguments(script, run.arguments).map_err(|detail| (Refused::NotKnown, detail))?;
    let body = |body: &desk::record::ScriptBody| ScriptBody {
        os: body.os.name().to_owned(),
        interpreter: body.interpreter.name().to_owned(),
        text: body.text.clone(),
    };
    let run = RunScript {
        script: run.script,
        arguments,
        credentials: run.credentials,
        name: script.name.clone(),
        bodies: for_one_message(script.bodies.iter().map(body).collect(), splice)?,
        timeout_s: script.timeout_s,
    };
    Ok(run)
}

/// A message has room for one long body; which one is for the endpoint's system.
fn for_one_message(bodies: Vec<ScriptBody>, splice: &Splice) -> Result<Vec<ScriptBody>, No> {
    let Some(agent) = splice.place.session.agent() else {
        return Err((Refused::NotAvailable, "the computer is not connected".to_owned()));
    };
    let os = agent.endpoint.os.to_lowercase();
    let is_for = |body: &ScriptBody| match body.os.as_str() {
        "windows" => os.contains("windows"),
        "macos" => os.contains("macos") || os.contains("darwin"),
        // Linux calls itself by its distribution.
        _ => !os.contains("windows") && !os.contains("macos") && !os.contains("darwin"),
    };
    Ok(bodies.into_iter().filter(is_for).collect())
}

/// What was given for each parameter; what stands there by default for the others.
fn arguments(script: &Script, given: Vec<Argument>) -> Result<Vec<Argument>, String> {
    if let Some(odd) = given.iter().find(|one| !script.parameters.iter().any(|known| known.name == one.name))
    {
        return Err(format!("the script has no parameter {:?}", odd.name));
    }
    let value = |parameter: &desk::record::Parameter| {
        let given = given.iter().find(|one| one.name == parameter.name);
        let value = given.map_or_else(|| parameter.default.clone(), |one| one.value.clone());
        if parameter.is_required && value.trim().is_empty() {
            return Err(format!("{:?} must be filled in", parameter.name));
        }
        Ok(Argument { name: parameter.name.clone(), value })
    };
    script.parameters.iter().map(value).collect()
}

/// What the log says of an action.
fn deed(message: &to_action::Body) -> Option<Deed> {
    let user = |credentials: &Option<Credentials>| credentials.as_ref().map(|one| one.user.clone());
    Some(match message {
        to_action::Body::List(_) | to_action::Body::Stop(_) => return None,
        to_action::Body::Special(special) => {
            Deed::Special { id: special.id.clone(), run_as: user(&special.credentials) }
        }
        to_action::Body::Script(script) => Deed::Script {
            script: ScriptId::new(script.script),
            name: script.name.clone(),
            run_as: user(&script.credentials),
        },
        to_action::Body::EndProcess(end) => {
            Deed::EndProcess { process: end.process, is_forced: end.is_forced }
        }
        to_action::Body::Service(service) => {
            let act = service.act().as_str_name().trim_start_matches("SERVICE_ACT_").to_lowercase();
            Deed::Service { name: service.name.clone(), act }
        }
        to_action::Body::Restrict(restrict) => {
            Deed::Restrict { screen: restrict.screen, input: restrict.input }
        }
    })
}

/// An action's lines in the log. One that is dropped without an end is broken.
struct Entry<'a> {
    splice: &'a Splice,
    deed: Option<Deed>,
}

impl<'a> Entry<'a> {
    /// Writes that it begins; what cannot be written is not done.
    async fn begin(splice: &'a Splice, deed: Option<Deed>) -> Result<Self, Ended> {
        if let Some(deed) = &deed {
            splice.write(deed.clone(), Step::Began).await.map_err(|_| Ended::NoLog)?;
        }
        Ok(Self { splice, deed })
    }

    fn hears(&mut self, message: &FromAction) {
        let step = match &message.body {
            Some(from_action::Body::Ended(ended)) => step_of(ended),
            Some(from_action::Body::Refused(ActionRefused { detail, why })) => {
                let why = Refused::try_from(*why).unwrap_or_default().as_str_name();
                Step::Refused { why: if detail.is_empty() { why.to_owned() } else { detail.clone() } }
            }
            _ => return,
        };
        self.end(step);
    }

    fn end(&mut self, step: Step) {
        if let Some(deed) = self.deed.take() {
            self.splice.log(deed, step);
        }
    }
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        self.end(Step::Broken);
    }
}

fn step_of(ended: &ActionEnded) -> Step {
    match ended.by {
        Some(By::Status(status)) => Step::Status { status },
        Some(By::Signal(signal)) => Step::Signal { signal },
        Some(By::TimedOut(_)) => Step::TimedOut,
        Some(By::Stopped(_)) => Step::Stopped,
        Some(By::Done(_)) | None => Step::Done,
    }
}

#[cfg(test)]
mod tests {
    use desk::record::Parameter;
    use wire::tools::{EndProcess, RunSpecial};

    use super::*;

    fn script() -> Script {
        let parameter = |name: &str, default: &str, is_required| Parameter {
            name: name.to_owned(),
            default: default.to_owned(),
            is_required,
            ..Parameter::default()
        };
        let parameters = vec![parameter("printer", "", true), parameter("copies", "1", false)];
        Script { parameters, ..Script::default() }
    }

    fn argument(name: &str, value: &str) -> Argument {
        Argument { name: name.to_owned(), value: value.to_owned() }
    }

    #[test]
    fn each_action_needs_its_own_permission_and_another_to_act_as_somebody_else() {
        let credentials = Some(Credentials::default());
        let special = RunSpecial { id: String::new(), credentials: credentials.clone() };
        assert_eq!(
            needs(&to_action::Body::Special(special)),
            Some(vec![Permission::Actions, Permission::RunAs])
        );
        let run = RunScript { credentials, ..RunScript::default() };
        assert_eq!(needs(&to_action::Body::Script(run)), Some(vec![Permission::Scripts, Permission::RunAs]));
        let end = to_action::Body::EndProcess(EndProcess::default());
        assert_eq!(needs(&end), Some(vec![Permission::ManageProcesses]));
        assert_eq!(needs(&to_action::Body::Stop(Default::default())), None);
    }

    #[test]
    fn a_script_gets_what_was_filled_in_and_its_defaults_and_nothing_else() {
        let given = vec![argument("printer", "3. Stock")];
        let all = arguments(&script(), given).expect("it is filled in");
        assert_eq!(all, [argument("printer", "3. Stock"), argument("copies", "1")]);
        assert!(arguments(&script(), vec![]).expect_err("a required one").contains("printer"));
        let odd = vec![argument("printer", "x"), argument("LD_PRELOAD", "x")];
        assert!(arguments(&script(), odd).expect_err("no such parameter").contains("LD_PRELOAD"));
    }
}
