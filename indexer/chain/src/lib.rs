#![doc = include_str!("../README.md")]

pub mod anvil;
mod bindings;
mod decode;
mod deploy;
mod deployment;
mod dev;
mod error;
mod follow;
mod reader;
mod revert;
mod rpc;
mod sender;
mod signer;
mod wallet;

pub use decode::{DecodeError, Problem, RawLog, decode_log};
pub use deploy::{
    Audit, CodeFault, DeployParameters, DeployStep, Deployed, DisputeParameters, Finding, Network, Preview,
    PreviewStep, Verdict, audit, deploy, deploy_with, preview, verify,
};
pub use deployment::{Deployment, DeploymentError, Schemas};
pub use dev::Development;
pub use error::{Cause, ChainError};
pub use follow::{Batch, FollowError, FollowOptions, Follower, KnownBlocks, Step};
pub use reader::{
    Case, CaseStage, Dispute, EasReader, Events, InferenceOrder, Job, License, Meter, ModelState, Parameters,
    PendingEpoch, ProposalState, ProposalView, Reader, ScoreRound, Stake,
};
pub use revert::Revert;
pub use rpc::{Finality, Header, Rpc, RpcConfig};
pub use signer::{DEVELOPMENT_CHAIN_ID, Signer, SignerError};
pub use wallet::{
    Action, AttestOptions, Ballot, Claim, CopyEvidence, CopyMatch, GovernedCall, JobEnd, OffchainOptions, OpenedRow,
    Payment, PaymentKind, Proof, Proposal, Receipt, SignedAttestation, SignedIntent, SignedQuote, SignedRevocation,
    Simulation, Slash, Support, VersionPreimage, Wallet,
};
