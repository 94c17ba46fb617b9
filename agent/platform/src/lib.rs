//! What the agent needs of an operating system, by topic.
