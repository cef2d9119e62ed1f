//! The HTTP server: GraphQL, files of trees and proofs, probes, metrics, the web page.

mod accept;
mod access_log;
mod assets;
mod graphql;
mod headers;
mod operator;
mod probes;
mod reply;
mod trees;

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    http::{HeaderName, HeaderValue, Method, header},
    middleware,
    routing::get,
};
use tokio::{net::TcpListener, sync::Semaphore};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::CompressionLayer,
    cors::{AllowOrigin, CorsLayer},
};
use usufruct_db::{Db, read::Reader};

pub use self::operator::{Operator, OperatorError};
use crate::{
    deployment::DeploymentInfo,
    limits::{Limits, Weights},
    ready::ReadyState,
    schema::{Schema, context::App, schema, sdl},
    sign_in::Site,
};

/// Everything that the server needs to know.
pub struct ServerConfig {
    /// Where it listens, bound already.
    pub listener: TcpListener,
    /// The index.
    pub db: Db,
    /// What it is an index of.
    pub deployment: DeploymentInfo,
    /// Address that browsers reach the server under, such as `https://usufruct.example`. Sign-in messages name it.
    pub public_url: String,
    /// How far the indexer is; it updates its clone.
    pub ready: ReadyState,
    /// Gives the text of `/metrics` in Prometheus' format.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
    /// What whoever shows the token may do at `/operator/...`; nothing is there without.
    pub operator: Option<(String, Arc<dyn Operator>)>,
    /// What most programs leave as it is.
    pub options: ServerOptions,
}

/// Limits and other sites.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerOptions {
    /// Origins of other sites whose pages may call the API, such as `https://app.example`; none unless said.
    pub cors_origins: Vec<String>,
    /// Limits on a request.
    pub limits: Limits,
    /// Longest time for a request; `/operator/...` has its own.
    pub timeout: Duration,
    /// Most GraphQL requests that run at a time; more are told to come back.
    pub concurrency: usize,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self { cors_origins: Vec::new(), limits: Limits::default(), timeout: Duration::from_secs(15), concurrency: 64 }
    }
}

impl std::fmt::Debug for ServerConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServerConfig")
            .field("listener", &self.listener)
            .field("deployment", &self.deployment)
            .field("public_url", &self.public_url)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// Why the server does not start, or stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The public address cannot be named in a sign-in message.
    #[error("'{0}' is no address of a server: expected http:// or https:// with a host, such as https://host.example")]
    PublicUrl(String),
    /// An origin that no browser sends.
    #[error(
        "'{0}' is not an origin: expected http:// or https:// with a host and no path, such as https://app.example"
    )]
    Origin(String),
    /// The socket failed.
    #[error("the server cannot go on serving")]
    Io(#[source] std::io::Error),
}

/// What is not GraphQL, described for other tools. A test asks for every path in it.
const OPENAPI: &str = include_str!("../../openapi.json");

/// What the handlers share.
pub(crate) struct State {
    schema: Schema,
    weights: Weights,
    limits: Limits,
    permits: Semaphore,
    db: Db,
    reader: Reader,
    deployment: DeploymentInfo,
    ready: ReadyState,
    metrics: Arc<dyn Fn() -> String + Send + Sync>,
}

impl State {
    fn app(&self) -> &App {
        self.schema.data().expect("the schema is built with it")
    }
}

/// The routes, and the socket to serve them on.
fn router(config: ServerConfig) -> Result<(TcpListener, Router), ServeError> {
    let ServerConfig { listener, db, deployment, public_url, ready, metrics, operator, options } = config;
    let ServerOptions { cors_origins, limits, timeout, concurrency } = options;
    let domain = authority(&public_url).ok_or_else(|| ServeError::PublicUrl(public_url.clone()))?;
    let is_https = public_url.starts_with("https://");
    let cors = cors(&cors_origins)?;
    let reader = Reader::new(&db, deployment.chain_id);
    let app = App {
        deployment: deployment.clone(),
        ready: ready.clone(),
        db: db.clone(),
        trees: crate::trees::Trees::default(),
        digests: crate::digests::Digests::default(),
        site: Site { domain: domain.to_owned(), uri: public_url.clone(), chain_id: deployment.chain_id },
        cost_max: limits.cost,
    };
    let state = Arc::new(State {
        schema: schema(app),
        weights: Weights::of(&sdl()),
        limits,
        permits: Semaphore::new(concurrency.max(1)),
        db,
        reader,
        deployment,
        ready,
        metrics,
    });
    let routes = Router::new()
        .route("/graphql", get(graphql::get).post(graphql::post))
        .route("/schema.graphql", get(async || ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], sdl())))
        .route("/openapi.json", get(async || ([(header::CONTENT_TYPE, "application/json")], OPENAPI)))
        .route("/epochs/{index}/tree.json", get(trees::tree))
        .route("/epochs/{index}/proofs.json", get(trees::proofs))
        .route("/healthz", get(probes::health))
        .route("/readyz", get(probes::ready))
        .route("/metrics", get(probes::metrics))
        .merge(assets::routes())
        .with_state(state)
        .fallback(reply::not_found)
        .method_not_allowed_fallback(reply::method_not_allowed)
        .layer(CompressionLayer::new())
        .layer(cors)
        .layer(middleware::from_fn_with_state(timeout, reply::in_time));
    // Beside the others: what an operator starts may take minutes, and no other site may start it.
    let routes = match operator {
        Some((token, operator)) => routes.merge(operator::routes(token, operator)),
        None => routes,
    };
    let routes = routes
        .layer(CatchPanicLayer::custom(reply::panicked))
        .layer(middleware::from_fn_with_state(is_https, headers::secure))
        .layer(middleware::from_fn(access_log::log));
    Ok((listener, routes))
}

/// How long open requests may take once the server shall stop.
const GRACE: Duration = Duration::from_secs(10);

/// How often sessions and nonces whose time is over are forgotten.
const SWEEP: Duration = Duration::from_secs(600);

/// Serves until `shutdown` ends; then takes no more requests and lets open ones finish, at most 10 seconds.
///
/// # Errors
/// [`ServeError`].
pub async fn serve(
    config: ServerConfig,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let db = config.db.clone();
    let (listener, router) = router(config)?;
    let (stop, mut stopped) = tokio::sync::watch::channel(false);
    let signal = async move {
        shutdown.await;
        stop.send_replace(true);
    };
    let sweep = async {
        loop {
            tokio::time::sleep(SWEEP).await;
            if let Err(error) = db.forget_expired().await {
                tracing::warn!(%error, "expired sessions stay for now");
            }
        }
    };
    let grace = async {
        // An error means that the server is gone, so there is nothing to wait for either way.
        let _ = stopped.wait_for(|stopped| *stopped).await;
        tokio::time::sleep(GRACE).await;
    };
    let serving = axum::serve(listener, router).with_graceful_shutdown(signal);
    tokio::select! {
        done = async { serving.await } => done.map_err(ServeError::Io),
        () = grace => {
            tracing::warn!(seconds = GRACE.as_secs(), "requests that did not finish in time are dropped");
            Ok(())
        }
        () = sweep => unreachable!("the sweep has no end"),
    }
}

/// Host and port of an http(s) address.
fn authority(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let host = rest.split(['/', '?', '#']).next()?;
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'[' | b']');
    (!host.is_empty() && host.bytes().all(is_host)).then_some(host)
}

fn cors(origins: &[String]) -> Result<CorsLayer, ServeError> {
    let mut allowed = Vec::with_capacity(origins.len());
    for origin in origins {
        let is_origin = authority(origin).is_some_and(|host| origin.ends_with(host));
        let value = HeaderValue::from_str(origin).ok().filter(|_| is_origin);
        allowed.push(value.ok_or_else(|| ServeError::Origin(origin.clone()))?);
    }
    Ok(CorsLayer::new()
        .allow_origin(AllowOrigin::list(allowed))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::ACCEPT, header::AUTHORIZATION, header::CONTENT_TYPE])
        .expose_headers([HeaderName::from_static("x-request-id"), header::RETRY_AFTER])
        .max_age(Duration::from_secs(3600)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_domain_is_read_off_the_public_address() {
        for (url, domain) in [
            ("http://127.0.0.1:8080", Some("127.0.0.1:8080")),
            ("https://usufruct.example/app?x#y", Some("usufruct.example")),
            ("http://[::1]:80", Some("[::1]:80")),
            ("usufruct.example", None),
            ("https://", None),
            ("https://user@host", None),
            ("ftp://host", None),
        ] {
            assert_eq!(authority(url), domain, "{url}");
        }
    }

    #[test]
    fn only_origins_are_allowed_for_cors() {
        assert!(cors(&["https://app.example".to_owned()]).is_ok());
        for origin in ["*", "app.example", "https://app.example/", "https://app.example/x", "https://a\n"] {
            assert!(matches!(cors(&[origin.to_owned()]), Err(ServeError::Origin(_))), "{origin}");
        }
    }
}
