//! Criterion benches on recorded desktops.
