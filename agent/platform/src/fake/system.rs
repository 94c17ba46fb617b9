//! What is known of a fake computer: a little of each section, and processes that a test can end.

use std::sync::Arc;

use wire::tools::{Section, Unit};

use super::state::Shared;
use crate::{
    SystemInformation,
    system::{Found, facts, table},
};

pub(super) struct FakeSystem {
    shared: Arc<Shared>,
}

impl FakeSystem {
    pub(super) fn open(shared: &Arc<Shared>) -> Self {
        Self { shared: Arc::clone(shared) }
    }

    fn processes(&self) -> Found {
        let processes = self.shared.state.lock().doings.processes.clone();
        let rows = processes.into_iter().map(|(number, started_ms)| {
            [number.to_string(), format!("fake-{number}"), started_ms.to_string()]
        });
        let columns = [("process", Unit::Number), ("name", Unit::Text), ("started", Unit::TimeMs)];
        vec![table(Section::Processes, "processes", columns, rows)].into()
    }
}

impl SystemInformation for FakeSystem {
    fn read(&mut self, section: Section) -> Found {
        match section {
            Section::Unspecified => Found::nothing("not known to this agent"),
            Section::Events => Found::nothing("a fake computer keeps no journal"),
            Section::Processes => self.processes(),
            // More rows than one message takes.
            Section::Software => {
                let rows = (0..2_000).map(|number| [format!("package-{number:04}"), "1.0".to_owned()]);
                let columns = [("name", Unit::Text), ("version", Unit::Text)];
                vec![table(section, "packages", columns, rows)].into()
            }
            _ => {
                let name = ("name", Unit::Text, "fake".to_owned());
                vec![facts(section, "facts", vec![name])].into()
            }
        }
    }
}
