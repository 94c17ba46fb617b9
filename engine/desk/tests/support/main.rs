//! Sessions, queues, invitations, keys, chats and consoles: what the desk decides about them, as sentences.
//!
//! [`house`] holds the people and how to speak of them; [`invariants`] what is true after every event, whoever did
//! what; `random` lets anybody do anything.

mod audiences;
mod chat;
mod consoles;
mod externals;
mod graph;

mod house;
mod invariants;
mod invitations;
mod keys;
mod limits;
mod losses;
mod owners;
mod queues;
mod random;
mod starts;
