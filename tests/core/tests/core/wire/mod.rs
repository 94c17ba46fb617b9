//! Messages and their bytes: [`vectors`] for what they are, [`properties`] for what holds of all of them.

mod document;
mod examples;
mod fields;
mod files;
mod kinds;
mod limits;
mod properties;
mod strategies;
mod tools;
mod vectors;
