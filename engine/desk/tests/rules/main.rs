//! The rules of records, rights and Jump items, as those who ask meet them.

mod house;
mod jump_items;
mod jump_reach;
mod jump_schedule;
mod jump_search;
mod permissions;
mod records;
mod records_in_use;
mod scripts;
mod session_rights;
