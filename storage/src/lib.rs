#![doc = include_str!("../README.md")]

mod node;
mod progress;

pub use node::{
    AccessList, AccessPolicy, Blob, BlobError, BlobState, Fault, FaultCause, FetchError, FetchOptions, Fetched, Held,
    Network, Node, NodeConfig, NodeError, Pin, Provider,
};
pub use progress::{Progress, ProgressSink, silent};
