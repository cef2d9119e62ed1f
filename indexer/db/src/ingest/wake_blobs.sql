UPDATE blobs SET next_attempt_at = now()
WHERE state = 'pending' AND next_attempt_at > now() AND (blob_hash, kind) IN (
    SELECT r.blob_hash, r.kind
    FROM endpoints e JOIN blob_references r ON r.chain_id = e.chain_id AND r.account = e.account
    WHERE e.chain_id = $1 AND e.block_number >= $2
)
