//! The relay: joins agents and technicians.
