//! The codec seen from outside: what is encoded is decoded and painted to the same pixels, and nothing that a
//! peer sends makes it panic.

mod damage;
mod decode;
mod dictionaries;
mod encode;
mod examples;
mod moves;
mod paint;
mod pictures;
mod tone;
mod vectors;
