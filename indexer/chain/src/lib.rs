//! Contract bindings, log to domain event, reorg-aware block stream, transactions.
