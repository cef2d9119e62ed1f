//! The GraphQL API and the HTTP server of Usufruct.
