//! Pixels to tile payloads and back.
