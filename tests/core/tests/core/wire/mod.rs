//! Messages and their bytes.

mod examples;
mod fields;
mod vectors;
