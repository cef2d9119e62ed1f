INSERT INTO blobs (blob_hash, kind)
SELECT DISTINCT blob_hash, kind FROM blob_references WHERE chain_id = $1 AND block_number >= $2
ON CONFLICT (blob_hash, kind) DO NOTHING
