//! Linux.
use std::sync::Arc;

use crate::{OpenError, System};

pub(crate) fn open(_spec: &str) -> Result<Arc<dyn System>, OpenError> {
    Err(OpenError::NoDesktop)
}
