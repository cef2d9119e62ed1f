-- Who to ask for a blob is who named it: the creator of a version, the trainer of a job, the settler.
INSERT INTO blob_references (chain_id, block_number, log_index, blob_hash, kind, account)
SELECT chain_id, block_number, log_index, manifest_hash, 'manifest', creator
FROM versions WHERE chain_id = $1 AND block_number >= $2
UNION ALL
SELECT chain_id, block_number, log_index, shard_table_hash, 'shard_table', creator
FROM versions WHERE chain_id = $1 AND block_number >= $2
UNION ALL
SELECT u.chain_id, u.block_number, u.log_index, u.usage_log_hash, 'usage_log', j.trainer
FROM usage_commitments u JOIN jobs j ON j.chain_id = u.chain_id AND j.job_id = u.job_id
WHERE u.chain_id = $1 AND u.block_number >= $2
UNION ALL
SELECT chain_id, block_number, log_index, tree_hash, 'payout_tree', settler
FROM epoch_proposals WHERE chain_id = $1 AND block_number >= $2
