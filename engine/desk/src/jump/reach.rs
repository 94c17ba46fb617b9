//! Who reaches which item.
