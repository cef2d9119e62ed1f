-- Facts of the contracts beyond the first loop: metered licenses, quality, receipts, models, inference,
-- disputes and governance. The rules are those of the tables before: insert-only, one row an event (or one
-- row an element of a list in it), keyed by where the event stands. Numbers of 256 bits that may be
-- anything (nonces, cases, rulings, proposals) are words, hash32.

-- Quoted and trial licenses: a price per unit, or a cap, of their own.
CREATE TABLE license_meters (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    license_id numeric(20, 0) NOT NULL,
    unit_price amount NOT NULL,
    units_max numeric(39, 0) NOT NULL,
    is_trial boolean NOT NULL,
    CONSTRAINT license_meters_pk PRIMARY KEY (chain_id, block_number, log_index)
);
CREATE INDEX license_meters_license_id ON license_meters (chain_id, license_id);
COMMENT ON COLUMN license_meters.units_max IS '0 for no cap';

CREATE TABLE license_refunds (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    license_id numeric(20, 0) NOT NULL,
    from_account address NOT NULL,
    token address NOT NULL,
    amount amount NOT NULL,
    CONSTRAINT license_refunds_pk PRIMARY KEY (chain_id, block_number, log_index)
);
CREATE INDEX license_refunds_license_id ON license_refunds (chain_id, license_id);

-- Nonces of quotes and intents that count no more.
CREATE TABLE used_nonces (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    account address NOT NULL,
    nonce hash32 NOT NULL,
    CONSTRAINT used_nonces_pk PRIMARY KEY (chain_id, block_number, log_index)
);
CREATE INDEX used_nonces_account ON used_nonces (chain_id, account);

-- The challenger's part of a slash: part of the amount of the slash beside it, so no change of stake.
CREATE TABLE stake_bounties (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    asset_id hash32 NOT NULL,
    curator address NOT NULL,
    challenger address NOT NULL,
    amount amount NOT NULL,
    reason hash32 NOT NULL,
    CONSTRAINT stake_bounties_pk PRIMARY KEY (chain_id, block_number, log_index)
);
CREATE INDEX stake_bounties_asset_id ON stake_bounties (chain_id, asset_id);
CREATE INDEX stake_bounties_challenger ON stake_bounties (chain_id, challenger);

CREATE TABLE score_commitments (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    version_id hash32 NOT NULL,
    round numeric(20, 0) NOT NULL,
    curator address NOT NULL,
    commitment hash32 NOT NULL,
    stake amount NOT NULL,
    CONSTRAINT score_commitments_pk PRIMARY KEY (chain_id, block_number, log_index)
);
CREATE INDEX score_commitments_version_id ON score_commitments (chain_id, version_id, round, curator);

CREATE TABLE score_reveals (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    version_id hash32 NOT NULL,
    round numeric(20, 0) NOT NULL,
    curator address NOT NULL,
    score_ppm ppm NOT NULL,
    stake amount NOT NULL,
    CONSTRAINT score_reveals_pk PRIMARY KEY (chain_id, block_number, log_index)
);
CREATE INDEX score_reveals_version_id ON score_reveals (chain_id, version_id, round, curator);

CREATE TABLE score_settlements (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    version_id hash32 NOT NULL,
    round numeric(20, 0) NOT NULL,
    median_ppm ppm NOT NULL,
    clipped_mean_ppm ppm NOT NULL,
    curators bigint NOT NULL,
    stake amount NOT NULL,
    CONSTRAINT score_settlements_pk PRIMARY KEY (chain_id, block_number, log_index),
    CONSTRAINT score_settlements_version_round_key UNIQUE (chain_id, version_id, round)
);

CREATE TABLE receipt_commitments (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    job_id hash32 NOT NULL,
    provider address NOT NULL,
    license_position smallint NOT NULL,
    sequence numeric(20, 0) NOT NULL,
    receipts_hash hash32 NOT NULL,
    receipts_root hash32 NOT NULL,
    delivered_units numeric(39, 0) NOT NULL,
    CONSTRAINT receipt_commitments_pk PRIMARY KEY (chain_id, block_number, log_index)
);
CREATE INDEX receipt_commitments_job_id ON receipt_commitments (chain_id, job_id, license_position);
CREATE INDEX receipt_commitments_provider ON receipt_commitments (chain_id, provider);
COMMENT ON COLUMN receipt_commitments.license_position IS 'place of the license in the job: job_licenses.position';

CREATE TABLE job_closings (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    job_id hash32 NOT NULL,
    refundable_at numeric(20, 0) NOT NULL,
    CONSTRAINT job_closings_pk PRIMARY KEY (chain_id, block_number, log_index)
);
CREATE INDEX job_closings_job_id ON job_closings (chain_id, job_id);

-- Units that were delivered and not stated in time; they add to what the job stated last.
CREATE TABLE late_charges (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    job_id hash32 NOT NULL,
    license_position smallint NOT NULL,
    units numeric(39, 0) NOT NULL,
    charged amount NOT NULL,
    penalty amount NOT NULL,
    CONSTRAINT late_charges_pk PRIMARY KEY (chain_id, block_number, log_index)
);
CREATE INDEX late_charges_job_id ON late_charges (chain_id, job_id, license_position);

-- A root that is held, or released: the latest row after a proposal says from when it can be final.
CREATE TABLE epoch_holds (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    epoch numeric(20, 0) NOT NULL,
    finalizable_at numeric(20, 0) NOT NULL,
    CONSTRAINT epoch_holds_pk PRIMARY KEY (chain_id, block_number, log_index)
);
CREATE INDEX epoch_holds_epoch ON epoch_holds (chain_id, epoch);

CREATE TABLE model_bindings (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    version_id hash32 NOT NULL,
    asset_id hash32 NOT NULL,
    verifier address NOT NULL,
    CONSTRAINT model_bindings_pk PRIMARY KEY (chain_id, block_number, log_index),
    CONSTRAINT model_bindings_version_id_key UNIQUE (chain_id, version_id)
);
CREATE INDEX model_bindings_asset_id ON model_bindings (chain_id, asset_id);
COMMENT ON COLUMN model_bindings.verifier IS 'zero for none';

CREATE TABLE model_jobs (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    log_index integer NOT NULL,
    position smallint NOT NULL,
    version_id hash32 NOT NULL,
    job_id hash32 NOT NULL,
    CONSTRAINT model_jobs_pk PRIMARY KEY (chain_id, block_number, log_index, position)
);
CREATE INDEX model_jobs_version_id ON model_jobs (chain_id, version_id);
CREATE INDEX model_jobs_job_id ON model_jobs (chain_id, job_id);

CREATE TABLE model_upgrades (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    asset_id hash32 NOT NULL,
    version_id hash32 NOT NULL,
    by_account address NOT NULL,
    CONSTRAINT model_upgrades_pk PRIMARY KEY (chain_id, block_number, log_index)
);
CREATE INDEX model_upgrades_asset_id ON model_upgrades (chain_id, asset_id);

-- The latest row of a model names its current version.
CREATE TABLE model_currents (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    asset_id hash32 NOT NULL,
    version_id hash32 NOT NULL,
    CONSTRAINT model_currents_pk PRIMARY KEY (chain_id, block_number, log_index)
);
CREATE INDEX model_currents_asset_id ON model_currents (chain_id, asset_id);

CREATE TABLE inference_payments (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    payment_id hash32 NOT NULL,
    version_id hash32 NOT NULL,
    payer address NOT NULL,
    token address NOT NULL,
    amount amount NOT NULL,
    request_hash hash32 NOT NULL,
    proof_hash hash32 NOT NULL,
    CONSTRAINT inference_payments_pk PRIMARY KEY (chain_id, block_number, log_index),
    CONSTRAINT inference_payments_payment_id_key UNIQUE (chain_id, payment_id)
);
CREATE INDEX inference_payments_version_id ON inference_payments (chain_id, version_id);
CREATE INDEX inference_payments_payer ON inference_payments (chain_id, payer);
COMMENT ON COLUMN inference_payments.proof_hash IS 'zero for none';

CREATE TABLE inference_orders (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    payment_id hash32 NOT NULL,
    version_id hash32 NOT NULL,
    payer address NOT NULL,
    token address NOT NULL,
    amount amount NOT NULL,
    request_hash hash32 NOT NULL,
    deadline numeric(20, 0) NOT NULL,
    CONSTRAINT inference_orders_pk PRIMARY KEY (chain_id, block_number, log_index),
    CONSTRAINT inference_orders_payment_id_key UNIQUE (chain_id, payment_id)
);
CREATE INDEX inference_orders_version_id ON inference_orders (chain_id, version_id);
CREATE INDEX inference_orders_payer ON inference_orders (chain_id, payer);

CREATE TABLE inference_refunds (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    payment_id hash32 NOT NULL,
    CONSTRAINT inference_refunds_pk PRIMARY KEY (chain_id, block_number, log_index),
    CONSTRAINT inference_refunds_payment_id_key UNIQUE (chain_id, payment_id)
);

CREATE TABLE disputes (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    dispute_id numeric(20, 0) NOT NULL,
    kind text NOT NULL CHECK (kind IN ('copy', 'license', 'poison', 'usage', 'root')),
    subject hash32 NOT NULL,
    challenger address NOT NULL,
    respondent address NOT NULL,
    harmed address NOT NULL,
    reference hash32 NOT NULL,
    bond amount NOT NULL,
    respond_by numeric(20, 0) NOT NULL,
    evidence_hash hash32 NOT NULL,
    CONSTRAINT disputes_pk PRIMARY KEY (chain_id, block_number, log_index),
    CONSTRAINT disputes_dispute_id_key UNIQUE (chain_id, dispute_id)
);
CREATE INDEX disputes_subject ON disputes (chain_id, subject);
CREATE INDEX disputes_challenger ON disputes (chain_id, challenger);
COMMENT ON COLUMN disputes.subject IS 'version of a copy, license or poison dispute; job of a usage dispute; epoch as a word of a root dispute';

CREATE TABLE dispute_answers (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    dispute_id numeric(20, 0) NOT NULL,
    respondent address NOT NULL,
    bond amount NOT NULL,
    evidence_hash hash32 NOT NULL,
    CONSTRAINT dispute_answers_pk PRIMARY KEY (chain_id, block_number, log_index)
);
CREATE INDEX dispute_answers_dispute_id ON dispute_answers (chain_id, dispute_id);

CREATE TABLE dispute_proofs (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    dispute_id numeric(20, 0) NOT NULL,
    sampled bigint NOT NULL,
    matched bigint NOT NULL,
    CONSTRAINT dispute_proofs_pk PRIMARY KEY (chain_id, block_number, log_index)
);
CREATE INDEX dispute_proofs_dispute_id ON dispute_proofs (chain_id, dispute_id);

CREATE TABLE dispute_escalations (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    dispute_id numeric(20, 0) NOT NULL,
    arbiter address NOT NULL,
    case_id hash32 NOT NULL,
    CONSTRAINT dispute_escalations_pk PRIMARY KEY (chain_id, block_number, log_index)
);
CREATE INDEX dispute_escalations_dispute_id ON dispute_escalations (chain_id, dispute_id);
CREATE INDEX dispute_escalations_case_id ON dispute_escalations (chain_id, arbiter, case_id);

CREATE TABLE dispute_resolutions (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    dispute_id numeric(20, 0) NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('upheld', 'dismissed', 'undecided')),
    subject hash32 NOT NULL,
    kind text NOT NULL CHECK (kind IN ('copy', 'license', 'poison', 'usage', 'root')),
    CONSTRAINT dispute_resolutions_pk PRIMARY KEY (chain_id, block_number, log_index),
    CONSTRAINT dispute_resolutions_dispute_id_key UNIQUE (chain_id, dispute_id)
);

CREATE TABLE dispute_enforcements (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    dispute_id numeric(20, 0) NOT NULL,
    curator address NOT NULL,
    slashed amount NOT NULL,
    CONSTRAINT dispute_enforcements_pk PRIMARY KEY (chain_id, block_number, log_index)
);
CREATE INDEX dispute_enforcements_dispute_id ON dispute_enforcements (chain_id, dispute_id);

CREATE TABLE dispute_evidence (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    arbiter address NOT NULL,
    group_id hash32 NOT NULL,
    party address NOT NULL,
    evidence text NOT NULL,
    CONSTRAINT dispute_evidence_pk PRIMARY KEY (chain_id, block_number, log_index)
);
CREATE INDEX dispute_evidence_group_id ON dispute_evidence (chain_id, group_id);
COMMENT ON COLUMN dispute_evidence.group_id IS 'the dispute as a word';

CREATE TABLE dispute_rulings (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    arbiter address NOT NULL,
    case_id hash32 NOT NULL,
    ruling hash32 NOT NULL,
    CONSTRAINT dispute_rulings_pk PRIMARY KEY (chain_id, block_number, log_index)
);
CREATE INDEX dispute_rulings_case_id ON dispute_rulings (chain_id, arbiter, case_id);

CREATE TABLE cases (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    case_id hash32 NOT NULL,
    arbitrable address NOT NULL,
    choices hash32 NOT NULL,
    CONSTRAINT cases_pk PRIMARY KEY (chain_id, block_number, log_index),
    CONSTRAINT cases_case_id_key UNIQUE (chain_id, case_id)
);

CREATE TABLE case_decisions (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    case_id hash32 NOT NULL,
    ruling hash32 NOT NULL,
    appealable_until numeric(20, 0) NOT NULL,
    CONSTRAINT case_decisions_pk PRIMARY KEY (chain_id, block_number, log_index)
);
CREATE INDEX case_decisions_case_id ON case_decisions (chain_id, case_id);

CREATE TABLE case_appeals (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    case_id hash32 NOT NULL,
    by_account address NOT NULL,
    CONSTRAINT case_appeals_pk PRIMARY KEY (chain_id, block_number, log_index)
);
CREATE INDEX case_appeals_case_id ON case_appeals (chain_id, case_id);

CREATE TABLE case_executions (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    case_id hash32 NOT NULL,
    ruling hash32 NOT NULL,
    CONSTRAINT case_executions_pk PRIMARY KEY (chain_id, block_number, log_index)
);
CREATE INDEX case_executions_case_id ON case_executions (chain_id, case_id);

CREATE TABLE proposals (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    proposal_id hash32 NOT NULL,
    proposer address NOT NULL,
    vote_start numeric(20, 0) NOT NULL,
    vote_end numeric(20, 0) NOT NULL,
    description text NOT NULL,
    CONSTRAINT proposals_pk PRIMARY KEY (chain_id, block_number, log_index),
    CONSTRAINT proposals_proposal_id_key UNIQUE (chain_id, proposal_id)
);
CREATE INDEX proposals_proposer ON proposals (chain_id, proposer);
COMMENT ON COLUMN proposals.vote_end IS 'by the token''s clock, as vote_start; proposal_changes may extend it';

CREATE TABLE proposal_actions (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    log_index integer NOT NULL,
    position smallint NOT NULL,
    proposal_id hash32 NOT NULL,
    target address NOT NULL,
    value hash32 NOT NULL,
    signature text NOT NULL,
    calldata bytea NOT NULL,
    CONSTRAINT proposal_actions_pk PRIMARY KEY (chain_id, block_number, log_index, position)
);
CREATE INDEX proposal_actions_proposal_id ON proposal_actions (chain_id, proposal_id);
COMMENT ON COLUMN proposal_actions.value IS 'of the chains own coin, 256 bits';

-- What became of a proposal.
CREATE TABLE proposal_changes (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    proposal_id hash32 NOT NULL,
    kind text NOT NULL CHECK (kind IN ('queued', 'executed', 'canceled', 'extended')),
    moment numeric(20, 0),
    CONSTRAINT proposal_changes_pk PRIMARY KEY (chain_id, block_number, log_index),
    CONSTRAINT proposal_changes_moment CHECK ((kind IN ('queued', 'extended')) = (moment IS NOT NULL))
);
CREATE INDEX proposal_changes_proposal_id ON proposal_changes (chain_id, proposal_id);
COMMENT ON COLUMN proposal_changes.moment IS 'queued: Unix second from which it can be carried out; extended: last moment to vote, by the token''s clock';

CREATE TABLE votes (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    proposal_id hash32 NOT NULL,
    voter address NOT NULL,
    support smallint NOT NULL,
    weight amount NOT NULL,
    reason text NOT NULL,
    CONSTRAINT votes_pk PRIMARY KEY (chain_id, block_number, log_index)
);
CREATE INDEX votes_proposal_id ON votes (chain_id, proposal_id);
CREATE INDEX votes_voter ON votes (chain_id, voter);
COMMENT ON COLUMN votes.support IS '0 against, 1 for, 2 abstain';

-- The latest row of a delegate says how many votes it has.
CREATE TABLE delegate_votes (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    delegate address NOT NULL,
    previous_votes amount NOT NULL,
    new_votes amount NOT NULL,
    CONSTRAINT delegate_votes_pk PRIMARY KEY (chain_id, block_number, log_index)
);
CREATE INDEX delegate_votes_delegate ON delegate_votes (chain_id, delegate);

-- Bonds that could not be paid, and when their owners took them.
CREATE TABLE bond_changes (
    chain_id bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash hash32 NOT NULL,
    transaction_hash hash32 NOT NULL,
    log_index integer NOT NULL,
    contract address NOT NULL,
    account address NOT NULL,
    kind text NOT NULL CHECK (kind IN ('credited', 'withdrawn')),
    amount amount NOT NULL,
    CONSTRAINT bond_changes_pk PRIMARY KEY (chain_id, block_number, log_index)
);
CREATE INDEX bond_changes_account ON bond_changes (chain_id, account);

CREATE INDEX parameter_changes_contract ON parameter_changes (chain_id, contract);
