-- What the jobs of bound models consumed by the end of the epoch, under each of their licenses: what the job
-- stated last, and what was charged late after that. The ledger keeps the sum below 2^128.
SELECT b.version_id AS model_version_id, l.job_id, l.position, l.version_id,
    least(coalesce(u.cumulative_units, 0) + coalesce(c.units, 0), 340282366920938463463374607431768211455) AS units
FROM model_bindings b
JOIN model_jobs m ON m.chain_id = b.chain_id AND m.version_id = b.version_id
JOIN job_licenses l ON l.chain_id = m.chain_id AND l.job_id = m.job_id AND l.block_number <= $3
LEFT JOIN LATERAL (
    SELECT u.block_number, u.log_index, u.cumulative_units FROM usage_commitment_units u
    WHERE u.chain_id = l.chain_id AND u.job_id = l.job_id AND u.position = l.position AND u.block_number <= $3
    ORDER BY u.block_number DESC, u.log_index DESC LIMIT 1
) u ON true
LEFT JOIN LATERAL (
    SELECT sum(c.units) AS units FROM late_charges c
    WHERE c.chain_id = l.chain_id AND c.job_id = l.job_id AND c.license_position = l.position
        AND c.block_number <= $3
        AND (c.block_number, c.log_index) > (coalesce(u.block_number, -1), coalesce(u.log_index, -1))
) c ON true
WHERE b.chain_id = $1 AND b.version_id = ANY($2) AND b.block_number <= $3
ORDER BY b.block_number, b.log_index, m.position, l.position
