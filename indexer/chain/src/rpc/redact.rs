//! URLs as they may be shown. Providers put keys into user info, path and query alike.

use alloy::transports::http::reqwest::Url;

/// Scheme, host and port; an ellipsis stands for everything else.
pub(crate) fn redacted(url: &Url) -> String {
    let mut shown = format!("{}://{}", url.scheme(), url.host_str().unwrap_or("?"));
    if let Some(port) = url.port() {
        shown.push_str(&format!(":{port}"));
    }
    if url.path().len() > 1 || url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
        shown.push_str("/…");
    }
    shown
}

/// Whether the URL names this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host_str() {
        Some("localhost" | "[::1]") => true,
        Some(host) => host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback()),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_path_and_query_are_not_shown() {
        let check = |url: &str, shown: &str| assert_eq!(redacted(&url.parse().unwrap()), shown);
        check("http://127.0.0.1:8545", "http://127.0.0.1:8545");
        check("http://127.0.0.1:8545/", "http://127.0.0.1:8545");
        check("https://user:secret@rpc.example/", "https://rpc.example/…");
        check("https://rpc.example/v3/secret", "https://rpc.example/…");
        check("https://rpc.example:8443/?key=secret", "https://rpc.example:8443/…");
    }
}
