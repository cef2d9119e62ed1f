//! Content negotiation for GraphQL over HTTP.

use axum::http::{HeaderMap, header};

/// Media type of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MediaType {
    /// `application/graphql-response+json`: the status says how the request went.
    GraphqlResponse,
    /// `application/json`: 200 whenever the answer is GraphQL's, as old clients expect.
    Json,
}

impl MediaType {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        }
    }
}

/// A media range of an Accept header and its weight in thousandths.
fn ranges(headers: &HeaderMap) -> Vec<(String, u32)> {
    let mut ranges = Vec::new();
    for value in headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()) {
        for range in value.split(',').take(32) {
            let mut parts = range.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default().to_ascii_lowercase();
            let quality = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
            let quality: f32 = quality.map_or(Ok(1.0), str::parse).unwrap_or(0.0);
            // A weight of three decimals; the cast saturates.
            ranges.push((name, (quality.clamp(0.0, 1.0) * 1000.0) as u32));
        }
    }
    ranges
}

/// What to answer with; `None` where the client takes neither form.
pub(super) fn negotiate(headers: &HeaderMap) -> Option<MediaType> {
    if !headers.contains_key(header::ACCEPT) {
        return Some(MediaType::GraphqlResponse);
    }
    let ranges = ranges(headers);
    let weight = |names: &[&str]| {
        // The most specific range decides.
        names.iter().find_map(|name| ranges.iter().find(|(range, _)| range == name)).map_or(0, |(_, weight)| *weight)
    };
    let modern = weight(&["application/graphql-response+json", "application/*", "*/*"]);
    let legacy = weight(&["application/json", "application/*", "*/*"]);
    match (modern, legacy) {
        (0, 0) => None,
        (modern, legacy) if modern >= legacy => Some(MediaType::GraphqlResponse),
        _ => Some(MediaType::Json),
    }
}

/// Whether a browser wants a page.
pub(super) fn wants_html(headers: &HeaderMap) -> bool {
    ranges(headers).iter().any(|(range, weight)| range == "text/html" && *weight > 0)
}

/// Whether a body is JSON in UTF-8.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else { return false };
    let mut parts = value.split(';').map(|part| part.trim().to_ascii_lowercase());
    let is_json = parts.next().is_some_and(|name| name == "application/json");
    let charset =
        parts.find_map(|part| part.strip_prefix("charset=").map(|charset| charset.trim_matches('"').to_owned()));
    is_json && charset.is_none_or(|charset| charset == "utf-8" || charset == "utf8")
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(name: header::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn the_client_says_which_form_it_takes() {
        let (modern, legacy) = (Some(MediaType::GraphqlResponse), Some(MediaType::Json));
        assert_eq!(negotiate(&HeaderMap::new()), modern);
        for (accept, expected) in [
            ("*/*", modern),
            ("application/json", legacy),
            ("application/graphql-response+json", modern),
            ("application/json, application/graphql-response+json", modern),
            ("application/graphql-response+json;q=0.5, application/json", legacy),
            ("application/graphql-response+json;q=0, */*", legacy),
            ("application/*;q=0.1", modern),
            ("text/html", None),
            ("application/json;q=0", None),
            ("", None),
        ] {
            assert_eq!(negotiate(&headers(header::ACCEPT, accept)), expected, "{accept}");
        }
    }

    #[test]
    fn only_json_in_utf_8_is_json() {
        for (value, expected) in [
            ("application/json", true),
            ("Application/JSON; charset=UTF-8", true),
            ("application/json; charset=latin1", false),
            ("application/jsonp", false),
            ("text/plain", false),
            ("application/x-www-form-urlencoded", false),
        ] {
            assert_eq!(is_json(&headers(header::CONTENT_TYPE, value)), expected, "{value}");
        }
        assert!(!is_json(&HeaderMap::new()));
    }
}
