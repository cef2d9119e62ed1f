//! Every SQL statement of Usufruct, the pool, the migrations and the embedded cluster.
