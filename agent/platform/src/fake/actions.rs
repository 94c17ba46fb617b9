//! What is done to a fake computer is written down.

use std::sync::Arc;

use wire::tools::{ServiceAct, Special};

use super::state::Shared;
use crate::{
    Actions,
    actions::{ActionError, Deed},
    program::Command,
};

/// What was done, and to what it can be done.
#[derive(Debug)]
pub(super) struct Doings {
    pub(super) done: Vec<String>,
    /// Numbers and starts.
    pub(super) processes: Vec<(u32, u64)>,
}

impl Default for Doings {
    fn default() -> Self {
        Self { done: Vec::new(), processes: vec![(7, 7_000), (8, 8_000)] }
    }
}

pub(super) struct FakeActions {
    shared: Arc<Shared>,
}

impl FakeActions {
    pub(super) fn open(shared: &Arc<Shared>) -> Self {
        Self { shared: Arc::clone(shared) }
    }

    fn note(&self, what: String) {
        self.shared.change(|state| state.doings.done.push(what));
    }
}

impl Actions for FakeActions {
    fn specials(&mut self) -> Vec<Special> {
        let special = |id: &str, missing: &str| Special {
            id: id.to_owned(),
            missing: missing.to_owned(),
            takes_credentials: false,
        };
        vec![special("lock", ""), special("restart", "a fake computer never stops")]
    }

    fn special(&mut self, id: &str) -> Result<Deed, ActionError> {
        match id {
            "lock" => {
                self.note("lock".to_owned());
                Ok(Deed::Run(Command::new("true")))
            }
            "restart" => Err(ActionError::NotAvailable("a fake computer never stops".to_owned())),
            _ => Err(ActionError::NotKnown(format!("there is no action {id:?}"))),
        }
    }

    fn end_process(&mut self, process: u32, started_ms: u64, is_forced: bool) -> Result<(), ActionError> {
        let mut was_there = false;
        self.shared.change(|state| {
            let before = state.doings.processes.len();
            state.doings.processes.retain(|&one| one != (process, started_ms));
            was_there = state.doings.processes.len() < before;
        });
        if !was_there {
            return Err(ActionError::NotKnown(format!("process {process} is gone")));
        }
        self.note(format!("end {process} {}", if is_forced { "now" } else { "please" }));
        Ok(())
    }

    fn service(&mut self, name: &str, act: ServiceAct) -> Result<(), ActionError> {
        if name != "fake.service" {
            return Err(ActionError::NotKnown(format!("there is no service {name}")));
        }
        self.note(format!("{act:?} {name}").to_lowercase());
        Ok(())
    }
}
