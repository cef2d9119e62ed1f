-- Each proposal with the first verdict on its epoch that came after it, and the moment that a hold of its
-- root moved it to.
SELECT p.block_number, p.block_hash, p.log_index, p.epoch, p.settler, p.start_block, p.end_block, p.end_block_hash,
    p.root, p.log_set_hash, p.tree_hash,
    coalesce(h.finalizable_at, p.finalizable_at) AS finalizable_at, p.bond, d.verdict, d.by_account, d.reason
FROM epoch_proposals p
LEFT JOIN LATERAL (
    SELECT v.verdict, v.by_account, v.reason
    FROM epoch_verdicts v
    WHERE v.chain_id = $1 AND v.epoch = p.epoch AND v.block_number <= $2
        AND (v.block_number, v.log_index) > (p.block_number, p.log_index)
        AND NOT EXISTS (
            SELECT FROM epoch_proposals q
            WHERE q.chain_id = $1 AND q.epoch = p.epoch
                AND (q.block_number, q.log_index) > (p.block_number, p.log_index)
                AND (q.block_number, q.log_index) < (v.block_number, v.log_index)
        )
    ORDER BY v.block_number, v.log_index
    LIMIT 1
) d ON true
LEFT JOIN LATERAL (
    SELECT h.finalizable_at
    FROM epoch_holds h
    WHERE h.chain_id = $1 AND h.epoch = p.epoch AND h.block_number <= $2
        AND (h.block_number, h.log_index) > (p.block_number, p.log_index)
        AND NOT EXISTS (
            SELECT FROM epoch_proposals q
            WHERE q.chain_id = $1 AND q.epoch = p.epoch
                AND (q.block_number, q.log_index) > (p.block_number, p.log_index)
                AND (q.block_number, q.log_index) < (h.block_number, h.log_index)
        )
    ORDER BY h.block_number DESC, h.log_index DESC
    LIMIT 1
) h ON true
WHERE p.chain_id = $1 AND p.block_number <= $2
ORDER BY p.block_number, p.log_index
