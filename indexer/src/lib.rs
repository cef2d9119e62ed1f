//! The indexer: stages, blob worker, epoch closing, settlement, metrics.
