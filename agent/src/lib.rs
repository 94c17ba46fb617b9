//! The agent: shows and controls one computer.
