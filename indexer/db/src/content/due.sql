-- Due blobs of a chain with the latest endpoint of each account that named them. Anybody may register
-- a version of somebody else's manifest, so the accounts are few and the first to name it come first.
SELECT due.blob_hash, due.kind, due.attempts, provider.account, provider.endpoint_id, provider.addresses
FROM (
    SELECT b.blob_hash, b.kind, b.attempts, b.next_attempt_at
    FROM blobs b
    WHERE b.state = 'pending' AND b.next_attempt_at <= now() AND EXISTS (
        SELECT FROM blob_references r
        WHERE r.blob_hash = b.blob_hash AND r.kind = b.kind AND r.chain_id = $1
    )
    ORDER BY b.next_attempt_at, b.blob_hash, b.kind
    LIMIT $2
) due
LEFT JOIN LATERAL (
    SELECT named.account, named.first_block, latest.endpoint_id, latest.addresses
    FROM (
        SELECT r.account, min(r.block_number) AS first_block
        FROM blob_references r
        WHERE r.blob_hash = due.blob_hash AND r.kind = due.kind AND r.chain_id = $1
        GROUP BY r.account
        ORDER BY first_block, r.account
        LIMIT 16
    ) named
    CROSS JOIN LATERAL (
        SELECT e.endpoint_id, e.addresses
        FROM endpoints e
        WHERE e.chain_id = $1 AND e.account = named.account
        ORDER BY e.block_number DESC, e.log_index DESC
        LIMIT 1
    ) latest
) provider ON true
ORDER BY due.next_attempt_at, due.blob_hash, due.kind, provider.first_block, provider.account
