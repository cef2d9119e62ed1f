//! The schema.

mod access;
mod account;
mod arbitration;
mod attestation;
mod bond;
mod compatibility;
mod connection;
mod content;
pub(crate) mod context;
mod curator;
mod dataset;
mod derivation;
mod dispute;
mod epoch;
mod ids;
mod inference;
mod job;
mod meta;
mod model;
pub(crate) mod mutation;
mod node;
mod parameter;
mod payout;
mod proposal;
mod provenance;
mod quality;
mod query;
mod receipt;
mod revenue;
mod scalars;
mod stake;
mod terms;
mod usage;
mod values;
mod version;
mod vote;

use async_graphql::EmptySubscription;

use self::{context::App, mutation::Mutation, query::Query};

pub(crate) type Schema = async_graphql::Schema<Query, Mutation, EmptySubscription>;

/// The schema without its state: what can be asked.
fn builder() -> async_graphql::SchemaBuilder<Query, Mutation, EmptySubscription> {
    // Documents are counted before they get here (see `limits`); these limits are a second fence.
    async_graphql::Schema::build(Query::default(), Mutation, EmptySubscription)
        .register_output_type::<node::Node>()
        .limit_depth(32)
        .limit_recursive_depth(64)
        .limit_directives(64)
}

/// The schema with its state.
pub(crate) fn schema(app: App) -> Schema {
    builder().data(app).finish()
}

/// The schema in GraphQL's own language, as `schema.graphql` holds it.
pub fn sdl() -> String {
    let sdl = builder().finish().sdl();
    let lines: Vec<&str> = sdl.lines().map(str::trim_end).collect();
    format!("{}\n", lines.join("\n").trim())
}
