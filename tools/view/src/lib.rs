//! A technician without a screen.
