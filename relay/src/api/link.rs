//! `/link`
use crate::api::problem::Problem;
pub(super) async fn open() -> Problem {
    Problem::not_found().await
}
