#![doc = include_str!("../README.md")]

pub mod access;
pub mod claim;
pub mod content;
pub mod graph;
pub mod job;
pub mod peer;
pub mod publish;
pub mod reference;
pub mod survey;
pub mod terms;
