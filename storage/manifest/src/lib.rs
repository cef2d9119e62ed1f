//! Manifests, content ids and record-aligned cuts.
