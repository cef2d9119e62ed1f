//! The schema.

mod access;
mod account;
mod attestation;
mod connection;
mod content;
pub(crate) mod context;
mod dataset;
mod epoch;
mod ids;
mod job;
mod meta;
pub(crate) mod mutation;
mod node;
mod payout;
mod provenance;
mod query;
mod revenue;
mod scalars;
mod stake;
mod terms;
mod usage;
mod values;
mod version;

use async_graphql::EmptySubscription;

use self::{context::App, mutation::Mutation, query::Query};

pub(crate) type Schema = async_graphql::Schema<Query, Mutation, EmptySubscription>;

/// The schema without its state: what can be asked.
fn builder() -> async_graphql::SchemaBuilder<Query, Mutation, EmptySubscription> {
    // Documents are counted before they get here (see `limits`); these limits are a second fence.
    async_graphql::Schema::build(Query, Mutation, EmptySubscription)
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
