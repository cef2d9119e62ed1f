//! The usufruct command: one binary for every role.

fn main() {}
