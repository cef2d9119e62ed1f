#![doc = include_str!("../README.md")]

mod blobs;
pub mod content;
pub mod facts;
mod follow;
pub mod loaded;
pub mod plan;
pub mod replay;
mod service;
pub mod settle;
pub mod source;
pub mod verify;

pub use follow::FollowFailure;
pub use service::{Indexer, IndexerConfig, Status};
