-- What a set of versions derives from, or what derives from it, by one bounded statement.
-- $1 chain, $2 block, $3 versions to start from, $4 their depth, $5 largest depth, $6 whether it goes down,
-- $7 the job whose versions these are or nothing, $8 most nodes of a kind, $9 most steps of the walk.
--
-- UNION drops a version that a level reaches twice, so diamonds cost nodes times depth and not 2^depth.
-- A recursive query is evaluated only as far as its reader asks, so the LIMIT of `seen` bounds the walk.
WITH RECURSIVE walk (version_id, depth) AS (
    SELECT version_id, $4::integer FROM unnest($3::bytea[]) AS start (version_id)
    UNION
    SELECT CASE WHEN $6 THEN p.version_id::bytea ELSE p.parent_version_id::bytea END, w.depth + 1
    FROM walk w
    JOIN version_parents p
        ON p.chain_id = $1 AND p.block_number <= $2
        AND CASE WHEN $6 THEN p.parent_version_id = w.version_id ELSE p.version_id = w.version_id END
    WHERE w.depth < $5
),
seen AS (
    SELECT version_id, depth FROM walk LIMIT $9
),
nodes AS (
    SELECT version_id, min(depth) AS depth FROM seen GROUP BY version_id ORDER BY min(depth), version_id LIMIT $8
),
used AS (
    SELECT l.job_id::bytea AS job_id, l.version_id::bytea AS version_id, n.depth + CASE WHEN $6 THEN 1 ELSE -1 END AS depth
    FROM nodes n
    JOIN job_licenses l ON l.chain_id = $1 AND l.version_id = n.version_id AND l.block_number <= $2
    WHERE CASE WHEN $7::bytea IS NULL THEN $6 AND n.depth < $5 ELSE l.job_id = $7 AND n.depth = $4 END
    ORDER BY n.depth, l.job_id, l.version_id
    LIMIT $8
)
SELECT 'version' AS kind, n.version_id AS subject, v.creator::bytea AS object, n.depth, NULL::integer AS share_ppm
FROM nodes n
JOIN versions v ON v.chain_id = $1 AND v.version_id = n.version_id AND v.block_number <= $2
UNION ALL
SELECT DISTINCT 'derived', p.version_id::bytea, p.parent_version_id::bytea, 0, p.share_ppm::integer
FROM nodes child
JOIN version_parents p ON p.chain_id = $1 AND p.version_id = child.version_id AND p.block_number <= $2
JOIN nodes parent ON parent.version_id = p.parent_version_id
UNION ALL
SELECT DISTINCT 'used', u.job_id, u.version_id, 0, NULL::integer FROM used u
UNION ALL
SELECT 'job', u.job_id, j.trainer::bytea, min(u.depth), NULL::integer
FROM used u
JOIN jobs j ON j.chain_id = $1 AND j.job_id = u.job_id AND j.block_number <= $2
GROUP BY u.job_id, j.trainer
UNION ALL
SELECT 'steps', ''::bytea, ''::bytea, count(*)::integer, NULL::integer FROM seen
