//! Protocol machines without sockets or clocks.
