-- Versions that earned in the epoch and all their ancestors (income flows up, of models to what their jobs
-- may have consumed too), with those asked for, in the order of registration, as they stood at the end of
-- the epoch. A version is disputed from the opening of a dispute until it ends without being upheld.
WITH RECURSIVE reached (version_id) AS (
    SELECT version_id::bytea FROM revenues
    WHERE chain_id = $1 AND block_number > $2 AND block_number <= $3
    UNION
    SELECT unnest($4::bytea[])
    UNION
    SELECT e.version_id
    FROM reached r CROSS JOIN LATERAL (
        SELECT p.parent_version_id::bytea AS version_id
        FROM version_parents p WHERE p.chain_id = $1 AND p.version_id = r.version_id
        UNION ALL
        SELECT l.version_id::bytea
        FROM model_bindings b
        JOIN model_jobs m ON m.chain_id = b.chain_id AND m.version_id = b.version_id
        JOIN job_licenses l ON l.chain_id = m.chain_id AND l.job_id = m.job_id
        WHERE b.chain_id = $1 AND b.version_id = r.version_id AND b.block_number <= $3
    ) e
)
SELECT v.version_id, v.asset_id, coalesce(a.kind, 'dataset') AS kind, v.creator, v.terms_id,
    coalesce(t.unit, 'none') AS unit, coalesce(t.curator_ppm, 0) AS curator_ppm,
    coalesce(t.inference_ppm, 0) AS inference_ppm, v.records, v.size_bytes, v.shard_table_hash,
    coalesce(b.state = 'available', false) AS is_had,
    EXISTS (
        SELECT FROM version_tombstones d
        WHERE d.chain_id = $1 AND d.version_id = v.version_id AND d.block_number <= $3
    ) AS is_tombstoned,
    EXISTS (
        SELECT FROM disputes d
        WHERE d.chain_id = $1 AND d.subject = v.version_id AND d.kind IN ('copy', 'license', 'poison')
            AND d.block_number <= $3 AND NOT EXISTS (
                SELECT FROM dispute_resolutions e
                WHERE e.chain_id = $1 AND e.dispute_id = d.dispute_id AND e.outcome <> 'upheld'
                    AND e.block_number <= $3
            )
    ) AS is_disputed
FROM reached r
JOIN versions v ON v.chain_id = $1 AND v.version_id = r.version_id AND v.block_number <= $3
LEFT JOIN assets a ON a.chain_id = $1 AND a.asset_id = v.asset_id
LEFT JOIN terms t ON t.chain_id = $1 AND t.terms_id = v.terms_id
LEFT JOIN blobs b ON b.blob_hash = v.shard_table_hash AND b.kind = 'shard_table'
ORDER BY v.block_number, v.log_index
