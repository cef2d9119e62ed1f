-- What logs that are had say, by commitment, version and contributor. A log counts for the job that
-- committed it and for versions that this job has a license for; whatever else it says is ignored.
SELECT u.job_id, u.sequence, u.usage_log_hash, t.version_id, s.contributor,
    sum(t.records) AS records, sum(t.tokens) AS tokens, sum(t.size_bytes) AS size_bytes
FROM usage_commitments u
JOIN usage_totals t ON t.usage_log_hash = u.usage_log_hash AND t.job_id = u.job_id
JOIN versions v ON v.chain_id = u.chain_id AND v.version_id = t.version_id
JOIN shards s ON s.shard_table_hash = v.shard_table_hash AND s.ordinal = t.ordinal
WHERE u.chain_id = $1 AND u.block_number > $2 AND u.block_number <= $3 AND EXISTS (
    SELECT FROM job_licenses l
    WHERE l.chain_id = u.chain_id AND l.job_id = u.job_id AND l.version_id = t.version_id
)
GROUP BY u.job_id, u.sequence, u.usage_log_hash, t.version_id, s.contributor
ORDER BY u.job_id, u.sequence, t.version_id, s.contributor NULLS LAST
