#![doc = include_str!("../README.md")]

mod deployment;
mod digests;
mod fault;
mod http;
mod limits;
mod loaders;
mod ready;
mod schema;
mod sign_in;
mod trees;

pub use deployment::{Contracts, DeploymentInfo, Schemas, TokenInfo};
pub use http::{Operator, OperatorError, ServeError, ServerConfig, ServerOptions, serve};
pub use limits::Limits;
pub use ready::{Progress, ReadyState};
pub use schema::sdl;
