//! Usage logs: Arrow schema, Parquet in and out, checks, aggregation to totals.
