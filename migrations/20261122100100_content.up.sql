-- What content-addressed blobs say. Keyed by hash, so it survives reorgs and is the same for every
-- chain; a blob that nobody has yet is a visible state, never a gap.

CREATE TABLE blobs (
    blob_hash hash32 NOT NULL,
    kind text NOT NULL CHECK (kind IN ('manifest', 'shard_table', 'usage_log', 'payout_tree')),
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'available', 'malformed')),
    attempts integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL DEFAULT now(),
    size_bytes bigint,
    error text,
    CONSTRAINT blobs_pk PRIMARY KEY (blob_hash, kind)
);
CREATE INDEX blobs_due ON blobs (next_attempt_at) WHERE state = 'pending';
COMMENT ON COLUMN blobs.error IS 'why the last attempt failed, or what is malformed; safe to show';

-- One row a blob reference in an event: who to ask for it.
CREATE TABLE blob_references (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    log_index integer NOT NULL,
    blob_hash hash32 NOT NULL,
    kind text NOT NULL,
    account address NOT NULL,
    CONSTRAINT blob_references_pk PRIMARY KEY (chain_id, block_number, log_index, kind)
);
CREATE INDEX blob_references_hash ON blob_references (blob_hash, kind);
CREATE INDEX blob_references_account ON blob_references (chain_id, account);

CREATE TABLE manifests (
    manifest_hash hash32 NOT NULL,
    title text NOT NULL,
    description text NOT NULL,
    license text NOT NULL,
    language text[] NOT NULL,
    format text NOT NULL,
    arrow_schema jsonb NOT NULL,
    sources jsonb NOT NULL,
    tokens numeric(20, 0) NOT NULL,
    CONSTRAINT manifests_pk PRIMARY KEY (manifest_hash)
);

CREATE TABLE manifest_contributors (
    manifest_hash hash32 NOT NULL,
    position integer NOT NULL,
    account address NOT NULL,
    name text NOT NULL,
    CONSTRAINT manifest_contributors_pk PRIMARY KEY (manifest_hash, position)
);

CREATE TABLE shards (
    shard_table_hash hash32 NOT NULL,
    ordinal bigint NOT NULL,
    shard_hash hash32 NOT NULL,
    logical_hash hash32 NOT NULL,
    sha256 hash32 NOT NULL,
    size_bytes bigint NOT NULL CHECK (size_bytes >= 0),
    records bigint NOT NULL CHECK (records >= 0),
    tokens bigint NOT NULL CHECK (tokens >= 0),
    contributor address,
    ciphertext_hash hash32,
    sketch_hash hash32,
    filter_hash hash32,
    CONSTRAINT shards_pk PRIMARY KEY (shard_table_hash, ordinal)
);
CREATE INDEX shards_shard_hash ON shards (shard_hash);
COMMENT ON COLUMN shards.contributor IS 'NULL: paid to the recipients of the version';
COMMENT ON COLUMN shards.ciphertext_hash IS 'BLAKE3 of the sealed shard; NULL where the shard is public';

-- Totals of a usage log by shard: Postgres holds totals, not rows.
CREATE TABLE usage_totals (
    usage_log_hash hash32 NOT NULL,
    job_id hash32 NOT NULL,
    version_id hash32 NOT NULL,
    ordinal bigint NOT NULL,
    records numeric(39, 0) NOT NULL,
    tokens numeric(39, 0) NOT NULL,
    size_bytes numeric(39, 0) NOT NULL,
    passes bigint NOT NULL,
    CONSTRAINT usage_totals_pk PRIMARY KEY (usage_log_hash, job_id, version_id, ordinal)
);
CREATE INDEX usage_totals_job_id ON usage_totals (job_id, version_id);

-- Leaves of a payout tree, cumulative, in tree order.
CREATE TABLE leaves (
    tree_hash hash32 NOT NULL,
    account address NOT NULL,
    token address NOT NULL,
    cumulative amount NOT NULL,
    CONSTRAINT leaves_pk PRIMARY KEY (tree_hash, account, token)
);
CREATE INDEX leaves_account ON leaves (account);

-- What the settlement of an epoch left to the next (fractions, deferred amounts, escrow): a cache, since
-- a replay from the first epoch gives the same. Not part of any digest.
CREATE TABLE settlements (
    chain_id bigint NOT NULL,
    epoch numeric(20, 0) NOT NULL,
    root hash32 NOT NULL,
    carried bytea NOT NULL,
    CONSTRAINT settlements_pk PRIMARY KEY (chain_id, epoch, root)
);
COMMENT ON COLUMN settlements.carried IS 'canonical bytes of usufruct-royalty''s Carried';

-- Usage logs and shard tables that the settlement of a tree used, as the tree itself names them: a
-- replay uses the same, however much more is known by then.
CREATE TABLE tree_blobs (
    tree_hash hash32 NOT NULL,
    blob_hash hash32 NOT NULL,
    CONSTRAINT tree_blobs_pk PRIMARY KEY (tree_hash, blob_hash)
);
