//! What each action needs: the agent's half of the table, kept apart from what the relay thinks.

use wire::control::Right;
use wire::tools::to_action::Body;

/// Any of these lets somebody see what can be done.
pub(super) const ANY: &[Right] =
    &[Right::Actions, Right::Scripts, Right::ManageProcesses, Right::RestrictCustomer, Right::RunAs];

/// All that is needed; `None` for what only follows a first message.
pub(super) fn needs(body: &Body) -> Option<Vec<Right>> {
    let with = |right, has_credentials: bool| match has_credentials {
        true => vec![right, Right::RunAs],
        false => vec![right],
    };
    Some(match body {
        Body::List(_) => Vec::new(),
        Body::Special(special) => with(Right::Actions, special.credentials.is_some()),
        Body::Script(script) => with(Right::Scripts, script.credentials.is_some()),
        Body::EndProcess(_) | Body::Service(_) => vec![Right::ManageProcesses],
        Body::Restrict(_) => vec![Right::RestrictCustomer],
        Body::Stop(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use wire::tools::{Credentials, EndProcess, RunScript, RunSpecial};

    use super::*;

    #[test]
    fn acting_as_somebody_else_needs_a_right_of_its_own() {
        let credentials = Some(Credentials::default());
        let special = RunSpecial { id: "lock".to_owned(), credentials: credentials.clone() };
        assert_eq!(needs(&Body::Special(special)), Some(vec![Right::Actions, Right::RunAs]));
        let script = RunScript { credentials, ..RunScript::default() };
        assert_eq!(needs(&Body::Script(script)), Some(vec![Right::Scripts, Right::RunAs]));
        assert_eq!(needs(&Body::EndProcess(EndProcess::default())), Some(vec![Right::ManageProcesses]));
        assert_eq!(needs(&Body::Stop(Default::default())), None);
    }
}
