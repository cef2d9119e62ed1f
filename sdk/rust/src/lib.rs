//! What a creator, trainer, curator or claimant does, as a Rust library.

pub mod reference;
