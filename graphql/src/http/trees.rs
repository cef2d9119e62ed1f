//! Payout trees and proofs as files, in the forms of npm `@openzeppelin/merkle-tree`.

use std::sync::Arc;

use axum::{
    extract::{Path, State as Shared},
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use usufruct_db::read;
use usufruct_royalty::tree::Tree;
use usufruct_types::EpochIndex;

use super::{State, reply::Failure};
use crate::fault::Fault;

const JSON: &str = "application/json";

/// `StandardMerkleTree.dump()` of an epoch.
pub(super) async fn tree(Shared(state): Shared<Arc<State>>, Path(index): Path<String>) -> Response {
    serve(&state, &index, Tree::dump).await
}

/// `[{value, proof}]` of an epoch.
pub(super) async fn proofs(Shared(state): Shared<Arc<State>>, Path(index): Path<String>) -> Response {
    serve(&state, &index, Tree::proofs).await
}

async fn serve(state: &State, index: &str, render: fn(&Tree) -> String) -> Response {
    match find(state, index).await {
        // Megabytes of text: not on a thread that others wait for.
        Ok(tree) => match tokio::task::spawn_blocking(move || render(&tree)).await {
            Ok(json) => ([(header::CONTENT_TYPE, JSON)], json).into_response(),
            Err(_) => Failure::from(Fault::Internal).into_response(JSON),
        },
        Err(failure) => failure.into_response(JSON),
    }
}

async fn find(state: &State, index: &str) -> Result<Arc<Tree>, Failure> {
    let index: u64 = index.parse().map_err(|_| {
        Failure::new(StatusCode::BAD_REQUEST, "BAD_EPOCH", "an epoch is a whole number, such as /epochs/1/tree.json")
    })?;
    let keys = [read::Value::from(EpochIndex(index))];
    let found = state.reader.find_by::<read::Epoch>(u64::MAX, read::Epoch::INDEX, &keys, &[]).await;
    let epoch = found.map_err(Fault::from)?.into_iter().next().flatten();
    let Some(epoch) = epoch else {
        return Err(Failure::new(
            StatusCode::NOT_FOUND,
            "NOT_FOUND",
            format!("no root was proposed for epoch {index}"),
        ));
    };
    let tree = state.app().trees.tree(&state.reader, &state.deployment, &epoch).await;
    tree.map_err(|fault| match fault.code() {
        "TREE_NOT_AVAILABLE" => Failure::new(StatusCode::SERVICE_UNAVAILABLE, "TREE_NOT_AVAILABLE", fault.message()),
        "TREE_MISMATCH" => Failure::new(StatusCode::CONFLICT, "TREE_MISMATCH", fault.message()),
        _ => Failure::from(fault),
    })
}
