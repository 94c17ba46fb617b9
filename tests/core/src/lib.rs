//! Nothing of its own: the tests of the pure crates stand in `tests/core`, and are one binary.
