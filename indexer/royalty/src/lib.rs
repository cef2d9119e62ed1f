#![doc = include_str!("../README.md")]
// A float near an amount is a bug: sums would depend on order and machine.
#![deny(clippy::float_arithmetic, clippy::float_cmp, clippy::lossy_float_literal, clippy::cast_precision_loss)]

mod carried;
mod check;
mod difference;
mod encode;
mod error;
mod fixed;
mod flow;
mod input;
mod model;
mod normal;
mod round;
mod settle;
mod split;
pub mod tree;

pub use carried::{Carried, Deferred};
pub use difference::first_difference;
pub use encode::DecodeError;
pub use error::RoyaltyError;
pub use fixed::Fixed;
pub use input::{Basis, Epoch, Holding, JobLog, LogUsage, Node, Revenue};
pub use model::{Consumed, model_edges};
pub use settle::{Movement, Payout, Settlement, settle, settle_with};
