-- Chain-derived facts. Every table here is insert-only: state is a view over facts, so that a
-- reorg is a DELETE above a block, a question "as of block N" is a WHERE, and a replay is a no-op.
-- Every row says where it comes from: block, transaction and log index; (chain_id, block_number,
-- log_index) is its key. Hashes are bytea of 32, addresses bytea of 20, amounts numeric(78, 0) in
-- the token's smallest unit.

CREATE DOMAIN hash32 AS bytea CHECK (octet_length(VALUE) = 32);
CREATE DOMAIN address AS bytea CHECK (octet_length(VALUE) = 20);
CREATE DOMAIN amount AS numeric(78, 0) CHECK (VALUE >= 0 AND VALUE < 340282366920938463463374607431768211456);
CREATE DOMAIN ppm AS integer CHECK (VALUE BETWEEN 0 AND 1000000);

-- Canonical blocks: those with events, batch ends, and every block inside the reorg window.
CREATE TABLE blocks (
    chain_id bigint NOT NULL,
    number bigint NOT NULL CHECK (number >= 0),
    hash hash32 NOT NULL,
    parent_hash hash32 NOT NULL,
    block_time timestamptz NOT NULL,
    events integer NOT NULL CHECK (events >= 0),
    events_digest hash32 NOT NULL,
    CONSTRAINT blocks_pk PRIMARY KEY (chain_id, number)
);
COMMENT ON COLUMN blocks.events IS 'number of events in the block; blocks without any may be pruned below the reorg window';
COMMENT ON COLUMN blocks.events_digest IS
    'BLAKE3 chain over all events up to and including this block: two indexers compare in one line';

-- How far each stage got, written in the transaction of its rows.
CREATE TABLE checkpoints (
    chain_id bigint NOT NULL,
    stage text NOT NULL CHECK (stage IN ('chain', 'finalized')),
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    CONSTRAINT checkpoints_pk PRIMARY KEY (chain_id, stage)
);

CREATE TABLE assets (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    asset_id hash32 NOT NULL,
    creator address NOT NULL,
    kind text NOT NULL CHECK (kind IN ('dataset', 'model')),
    name text NOT NULL,
    CONSTRAINT assets_pk PRIMARY KEY (chain_id, block_number, log_index),
    CONSTRAINT assets_asset_id_key UNIQUE (chain_id, asset_id)
);

CREATE TABLE asset_transfers (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    asset_id hash32 NOT NULL,
    from_account address NOT NULL,
    to_account address NOT NULL,
    CONSTRAINT asset_transfers_pk PRIMARY KEY (chain_id, block_number, log_index)
);
CREATE INDEX asset_transfers_asset_id ON asset_transfers (chain_id, asset_id, block_number DESC, log_index DESC);

CREATE TABLE versions (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    version_id hash32 NOT NULL,
    asset_id hash32 NOT NULL,
    creator address NOT NULL,
    ordinal integer NOT NULL CHECK (ordinal >= 1),
    manifest_hash hash32 NOT NULL,
    content_root hash32 NOT NULL,
    shard_table_hash hash32 NOT NULL,
    shard_table_root hash32 NOT NULL,
    terms_id hash32 NOT NULL,
    records numeric(20, 0) NOT NULL,
    size_bytes numeric(20, 0) NOT NULL,
    shards bigint NOT NULL,
    CONSTRAINT versions_pk PRIMARY KEY (chain_id, block_number, log_index),
    CONSTRAINT versions_version_id_key UNIQUE (chain_id, version_id)
);
CREATE INDEX versions_asset_id ON versions (chain_id, asset_id, ordinal);
CREATE INDEX versions_manifest_hash ON versions (chain_id, manifest_hash);
CREATE INDEX versions_creator ON versions (chain_id, creator);

CREATE TABLE version_parents (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    log_index integer NOT NULL,
    position smallint NOT NULL,
    version_id hash32 NOT NULL,
    parent_version_id hash32 NOT NULL,
    share_ppm ppm NOT NULL,
    CONSTRAINT version_parents_pk PRIMARY KEY (chain_id, block_number, log_index, position)
);
CREATE INDEX version_parents_version_id ON version_parents (chain_id, version_id);
CREATE INDEX version_parents_parent_version_id ON version_parents (chain_id, parent_version_id);

CREATE TABLE version_recipients (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    log_index integer NOT NULL,
    position smallint NOT NULL,
    version_id hash32 NOT NULL,
    account address NOT NULL,
    share_ppm ppm NOT NULL,
    CONSTRAINT version_recipients_pk PRIMARY KEY (chain_id, block_number, log_index, position)
);
CREATE INDEX version_recipients_version_id ON version_recipients (chain_id, version_id);

CREATE TABLE version_tombstones (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    version_id hash32 NOT NULL,
    by_account address NOT NULL,
    reason text NOT NULL,
    CONSTRAINT version_tombstones_pk PRIMARY KEY (chain_id, block_number, log_index)
);
CREATE INDEX version_tombstones_version_id ON version_tombstones (chain_id, version_id);

CREATE TABLE endpoints (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    account address NOT NULL,
    endpoint_id hash32 NOT NULL,
    addresses text NOT NULL,
    CONSTRAINT endpoints_pk PRIMARY KEY (chain_id, block_number, log_index)
);
CREATE INDEX endpoints_account ON endpoints (chain_id, account, block_number DESC, log_index DESC);
COMMENT ON COLUMN endpoints.addresses IS 'direct socket addresses, comma separated; the latest row of an account counts';

CREATE TABLE terms (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    terms_id hash32 NOT NULL,
    publisher address NOT NULL,
    license text NOT NULL,
    field_of_use text NOT NULL,
    uses bigint NOT NULL,
    obligations bigint NOT NULL,
    token address NOT NULL,
    flat_price amount NOT NULL,
    unit text NOT NULL CHECK (unit IN ('none', 'record', 'token', 'byte')),
    unit_price amount NOT NULL,
    curator_ppm ppm NOT NULL,
    inference_ppm ppm NOT NULL,
    duration_seconds numeric(20, 0) NOT NULL,
    offered_until numeric(20, 0) NOT NULL,
    user_limit numeric(20, 0) NOT NULL,
    CONSTRAINT terms_pk PRIMARY KEY (chain_id, block_number, log_index),
    CONSTRAINT terms_terms_id_key UNIQUE (chain_id, terms_id)
);

CREATE TABLE licenses (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    license_id numeric(20, 0) NOT NULL,
    version_id hash32 NOT NULL,
    licensee address NOT NULL,
    terms_id hash32 NOT NULL,
    payer address NOT NULL,
    token address NOT NULL,
    price amount NOT NULL,
    starts_at numeric(20, 0) NOT NULL,
    ends_at numeric(20, 0) NOT NULL,
    CONSTRAINT licenses_pk PRIMARY KEY (chain_id, block_number, log_index),
    CONSTRAINT licenses_license_id_key UNIQUE (chain_id, license_id)
);
CREATE INDEX licenses_version_id ON licenses (chain_id, version_id);
CREATE INDEX licenses_licensee ON licenses (chain_id, licensee);
COMMENT ON COLUMN licenses.ends_at IS 'Unix second at which it ends, 0 for never';

CREATE TABLE license_revocations (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    license_id numeric(20, 0) NOT NULL,
    by_account address NOT NULL,
    reason text NOT NULL,
    CONSTRAINT license_revocations_pk PRIMARY KEY (chain_id, block_number, log_index)
);
CREATE INDEX license_revocations_license_id ON license_revocations (chain_id, license_id);

CREATE TABLE attestations (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    attestation_uid hash32 NOT NULL,
    version_id hash32 NOT NULL,
    attester address NOT NULL,
    schema_uid hash32 NOT NULL,
    kind text NOT NULL CHECK (kind IN ('source', 'license', 'quality', 'derivation', 'unknown')),
    attested_at numeric(20, 0) NOT NULL,
    expires_at numeric(20, 0) NOT NULL,
    reference_uid hash32 NOT NULL,
    data bytea NOT NULL,
    statement jsonb NOT NULL,
    CONSTRAINT attestations_pk PRIMARY KEY (chain_id, block_number, log_index),
    CONSTRAINT attestations_attestation_uid_key UNIQUE (chain_id, attestation_uid)
);
CREATE INDEX attestations_version_id ON attestations (chain_id, version_id);
CREATE INDEX attestations_attester ON attestations (chain_id, attester);
COMMENT ON COLUMN attestations.statement IS 'data decoded by the schema; {} where it does not decode';

CREATE TABLE attestation_revocations (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    attestation_uid hash32 NOT NULL,
    attester address NOT NULL,
    revoked_at numeric(20, 0) NOT NULL,
    CONSTRAINT attestation_revocations_pk PRIMARY KEY (chain_id, block_number, log_index)
);
CREATE INDEX attestation_revocations_uid ON attestation_revocations (chain_id, attestation_uid);

-- One row a change of stake, whatever its kind; balances are sums.
CREATE TABLE stake_changes (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    asset_id hash32 NOT NULL,
    curator address NOT NULL,
    kind text NOT NULL CHECK (kind IN ('staked', 'unstake_requested', 'withdrawn', 'slashed')),
    amount amount NOT NULL,
    from_thawing amount NOT NULL,
    active_from_block numeric(20, 0),
    withdrawable_at numeric(20, 0),
    beneficiary address,
    reason hash32,
    CONSTRAINT stake_changes_pk PRIMARY KEY (chain_id, block_number, log_index),
    CONSTRAINT stake_changes_staked CHECK ((kind = 'staked') = (active_from_block IS NOT NULL)),
    CONSTRAINT stake_changes_thaws CHECK ((kind = 'unstake_requested') = (withdrawable_at IS NOT NULL)),
    CONSTRAINT stake_changes_slashed CHECK ((kind = 'slashed') = (beneficiary IS NOT NULL AND reason IS NOT NULL))
);
CREATE INDEX stake_changes_asset_id ON stake_changes (chain_id, asset_id, curator, block_number);
CREATE INDEX stake_changes_curator ON stake_changes (chain_id, curator);

CREATE TABLE jobs (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    job_id hash32 NOT NULL,
    trainer address NOT NULL,
    job_key address NOT NULL,
    token address NOT NULL,
    CONSTRAINT jobs_pk PRIMARY KEY (chain_id, block_number, log_index),
    CONSTRAINT jobs_job_id_key UNIQUE (chain_id, job_id)
);
CREATE INDEX jobs_trainer ON jobs (chain_id, trainer);

CREATE TABLE job_licenses (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    log_index integer NOT NULL,
    position smallint NOT NULL,
    job_id hash32 NOT NULL,
    license_id numeric(20, 0) NOT NULL,
    version_id hash32 NOT NULL,
    CONSTRAINT job_licenses_pk PRIMARY KEY (chain_id, block_number, log_index, position)
);
CREATE INDEX job_licenses_job_id ON job_licenses (chain_id, job_id, position);
CREATE INDEX job_licenses_version_id ON job_licenses (chain_id, version_id);

CREATE TABLE job_deposits (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    job_id hash32 NOT NULL,
    from_account address NOT NULL,
    amount amount NOT NULL,
    CONSTRAINT job_deposits_pk PRIMARY KEY (chain_id, block_number, log_index)
);
CREATE INDEX job_deposits_job_id ON job_deposits (chain_id, job_id);

CREATE TABLE usage_commitments (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    job_id hash32 NOT NULL,
    sequence numeric(20, 0) NOT NULL,
    usage_log_hash hash32 NOT NULL,
    usage_root hash32 NOT NULL,
    log_rows numeric(20, 0) NOT NULL,
    CONSTRAINT usage_commitments_pk PRIMARY KEY (chain_id, block_number, log_index),
    CONSTRAINT usage_commitments_job_sequence_key UNIQUE (chain_id, job_id, sequence)
);

CREATE TABLE usage_commitment_units (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    log_index integer NOT NULL,
    position smallint NOT NULL,
    job_id hash32 NOT NULL,
    cumulative_units numeric(39, 0) NOT NULL,
    CONSTRAINT usage_commitment_units_pk PRIMARY KEY (chain_id, block_number, log_index, position)
);
CREATE INDEX usage_commitment_units_job_id ON usage_commitment_units (chain_id, job_id, position);

CREATE TABLE job_closures (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    job_id hash32 NOT NULL,
    refund amount NOT NULL,
    CONSTRAINT job_closures_pk PRIMARY KEY (chain_id, block_number, log_index)
);
CREATE INDEX job_closures_job_id ON job_closures (chain_id, job_id);

CREATE TABLE revenues (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    version_id hash32 NOT NULL,
    token address NOT NULL,
    reference hash32 NOT NULL,
    kind text NOT NULL CHECK (kind IN ('license', 'usage', 'inference')),
    payer address NOT NULL,
    amount amount NOT NULL,
    fee_ppm ppm NOT NULL,
    CONSTRAINT revenues_pk PRIMARY KEY (chain_id, block_number, log_index)
);
CREATE INDEX revenues_version_id ON revenues (chain_id, version_id);
CREATE INDEX revenues_reference ON revenues (chain_id, reference);

CREATE TABLE epoch_proposals (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    epoch numeric(20, 0) NOT NULL,
    settler address NOT NULL,
    start_block numeric(20, 0) NOT NULL,
    end_block numeric(20, 0) NOT NULL,
    end_block_hash hash32 NOT NULL,
    root hash32 NOT NULL,
    log_set_hash hash32 NOT NULL,
    tree_hash hash32 NOT NULL,
    finalizable_at numeric(20, 0) NOT NULL,
    bond amount NOT NULL,
    CONSTRAINT epoch_proposals_pk PRIMARY KEY (chain_id, block_number, log_index)
);
CREATE INDEX epoch_proposals_epoch ON epoch_proposals (chain_id, epoch);

CREATE TABLE epoch_totals (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    log_index integer NOT NULL,
    position smallint NOT NULL,
    epoch numeric(20, 0) NOT NULL,
    token address NOT NULL,
    cumulative amount NOT NULL,
    CONSTRAINT epoch_totals_pk PRIMARY KEY (chain_id, block_number, log_index, position)
);

-- Final or rejected; an epoch with neither is still in its window.
CREATE TABLE epoch_verdicts (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    epoch numeric(20, 0) NOT NULL,
    verdict text NOT NULL CHECK (verdict IN ('finalized', 'rejected')),
    root hash32,
    by_account address,
    reason hash32,
    CONSTRAINT epoch_verdicts_pk PRIMARY KEY (chain_id, block_number, log_index)
);
CREATE INDEX epoch_verdicts_epoch ON epoch_verdicts (chain_id, epoch);

CREATE TABLE claims (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    account address NOT NULL,
    token address NOT NULL,
    recipient address NOT NULL,
    epoch numeric(20, 0) NOT NULL,
    amount amount NOT NULL,
    cumulative amount NOT NULL,
    CONSTRAINT claims_pk PRIMARY KEY (chain_id, block_number, log_index)
);
CREATE INDEX claims_account ON claims (chain_id, account, token);

CREATE TABLE payout_addresses (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    account address NOT NULL,
    recipient address NOT NULL,
    CONSTRAINT payout_addresses_pk PRIMARY KEY (chain_id, block_number, log_index)
);

CREATE TABLE parameter_changes (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    contract address NOT NULL,
    name text NOT NULL,
    value hash32 NOT NULL,
    CONSTRAINT parameter_changes_pk PRIMARY KEY (chain_id, block_number, log_index)
);
