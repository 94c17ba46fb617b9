//! A figure, printed as a line of JSON for `cargo xtask figures`.

use serde::Serialize;

/// One measured number and what it is compared with.
#[derive(Debug, Clone, Serialize)]
pub struct Figure {
    name: String,
    value: f64,
    unit: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    goal: Option<Goal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    moonshot: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    peer: Option<Peer>,
}

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
enum Goal {
    AtMost(f64),
    AtLeast(f64),
}

#[derive(Debug, Clone, Serialize)]
struct Peer {
    name: String,
    value: f64,
}

impl Figure {
    /// A number without a goal.
    pub fn new(name: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Self { name: name.into(), value, unit, goal: None, moonshot: None, peer: None }
    }

    /// The same, and it is to be at most `bound`.
    pub fn at_most(self, bound: f64) -> Self {
        Self { goal: Some(Goal::AtMost(bound)), ..self }
    }

    /// The same, and it is to be at least `bound`.
    pub fn at_least(self, bound: f64) -> Self {
        Self { goal: Some(Goal::AtLeast(bound)), ..self }
    }

    /// The same, and `value` would be better than anybody else's.
    pub fn moonshot(self, value: f64) -> Self {
        Self { moonshot: Some(value), ..self }
    }

    /// The same number of a rival or of the machine's limit.
    pub fn beside(self, name: impl Into<String>, value: f64) -> Self {
        Self { peer: Some(Peer { name: name.into(), value }), ..self }
    }

    /// Prints it.
    ///
    /// # Errors
    /// When the value is no number.
    pub fn print(&self) -> anyhow::Result<()> {
        anyhow::ensure!(self.value.is_finite(), "{} is {}", self.name, self.value);
        println!("{}", serde_json::to_string(self)?);
        Ok(())
    }
}

/// Says aloud that a group of figures is left out, and goes on: the others are still worth printing.
pub fn or_skip(group: &str, measured: anyhow::Result<()>) {
    if let Err(error) = measured {
        eprintln!("left out, {group}: {error:#}");
    }
}

/// The value that `share` of all do not exceed.
///
/// # Errors
/// When there are none.
pub fn quantile(values: &[f64], share: f64) -> anyhow::Result<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = (share * sorted.len() as f64).ceil() as usize;
    let found = sorted.get(place.saturating_sub(1).min(sorted.len().saturating_sub(1))).copied();
    found.ok_or_else(|| anyhow::anyhow!("nothing was measured"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_one_of_the_values() {
        assert_eq!(quantile(&[3.0, 1.0, 2.0, 4.0], 0.5).ok(), Some(2.0));
        assert_eq!(quantile(&[3.0, 1.0, 2.0, 4.0], 0.95).ok(), Some(4.0));
        assert_eq!(quantile(&[7.0], 0.0).ok(), Some(7.0));
        assert!(quantile(&[], 0.5).is_err());
    }
}
