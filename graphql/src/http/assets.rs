//! The web page and GraphiQL, compiled in: the server needs no files and asks no third party.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::Arc,
};

use axum::{
    Router,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};

use super::{
    State,
    headers::{GRAPHIQL, PAGE},
};

struct Asset {
    path: &'static str,
    media_type: &'static str,
    bytes: &'static [u8],
}

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

macro_rules! asset {
    ($path:literal, $media_type:expr, $file:literal) => {
        Asset { path: $path, media_type: $media_type, bytes: include_bytes!(concat!("../../../web/", $file)) }
    };
}

static ASSETS: [Asset; 24] = [
    asset!("/", HTML, "index.html"),
    asset!("/app.css", CSS, "app.css"),
    asset!("/app/api.js", JAVASCRIPT, "app/api.js"),
    asset!("/app/dom.js", JAVASCRIPT, "app/dom.js"),
    asset!("/app/format.js", JAVASCRIPT, "app/format.js"),
    asset!("/app/lineage.js", JAVASCRIPT, "app/lineage.js"),
    asset!("/app/list.js", JAVASCRIPT, "app/list.js"),
    asset!("/app/main.js", JAVASCRIPT, "app/main.js"),
    asset!("/app/parts.js", JAVASCRIPT, "app/parts.js"),
    asset!("/app/view-account.js", JAVASCRIPT, "app/view-account.js"),
    asset!("/app/view-dataset.js", JAVASCRIPT, "app/view-dataset.js"),
    asset!("/app/view-datasets.js", JAVASCRIPT, "app/view-datasets.js"),
    asset!("/app/view-epoch.js", JAVASCRIPT, "app/view-epoch.js"),
    asset!("/app/view-epochs.js", JAVASCRIPT, "app/view-epochs.js"),
    asset!("/app/view-job.js", JAVASCRIPT, "app/view-job.js"),
    asset!("/app/view-jobs.js", JAVASCRIPT, "app/view-jobs.js"),
    asset!("/app/view-payouts.js", JAVASCRIPT, "app/view-payouts.js"),
    asset!("/favicon.svg", SVG, "favicon.svg"),
    asset!("/graphiql/page.css", CSS, "graphiql.css"),
    asset!("/graphiql/page.js", JAVASCRIPT, "graphiql.js"),
    asset!("/graphiql/graphiql.min.css", CSS, "vendor/graphiql/graphiql.min.css"),
    asset!("/graphiql/graphiql.min.js", JAVASCRIPT, "vendor/graphiql/graphiql.min.js"),
    asset!("/graphiql/react.production.min.js", JAVASCRIPT, "vendor/graphiql/react.production.min.js"),
    asset!("/graphiql/react-dom.production.min.js", JAVASCRIPT, "vendor/graphiql/react-dom.production.min.js"),
];

static GRAPHIQL_PAGE: Asset = asset!("/graphql", HTML, "graphiql.html");

pub(super) fn routes() -> Router<Arc<State>> {
    ASSETS.iter().fold(Router::new(), |router, asset| {
        router.route(asset.path, get(async move |headers: HeaderMap| serve(asset, &headers, PAGE)))
    })
}

/// GraphiQL, at the address of the API.
pub(super) fn graphiql(headers: &HeaderMap) -> Response {
    serve(&GRAPHIQL_PAGE, headers, GRAPHIQL)
}

/// A file, or 304 where the browser has it. Always asked for, so that a new binary is a new page.
fn serve(asset: &'static Asset, headers: &HeaderMap, policy: &'static str) -> Response {
    let mut hasher = DefaultHasher::new();
    asset.bytes.hash(&mut hasher);
    let tag = format!("\"{:016x}\"", hasher.finish());
    let common = [(header::ETAG, tag.as_str()), (header::CACHE_CONTROL, "no-cache"), (header::VARY, "accept")];
    // Behind compression the tag comes back as a weak one.
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if known.is_some_and(|known| known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag)) {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    let own = [(header::CONTENT_TYPE, asset.media_type), (header::CONTENT_SECURITY_POLICY, policy)];
    (common, own, asset.bytes).into_response()
}
