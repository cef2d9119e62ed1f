#![doc = include_str!("../README.md")]

pub mod access;
pub mod claim;
pub mod content;
pub mod graph;
pub mod job;
pub mod market;
pub mod operator;
pub mod peer;
pub mod publish;
pub mod reference;
mod sent;
pub mod survey;
pub mod terms;
pub mod trainer;

pub use sent::SentTransaction;
