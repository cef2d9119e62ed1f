//! The iroh node: import, serve, fetch, pin.
