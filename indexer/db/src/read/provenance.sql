-- What a version or job comes from, or what comes from it, by one bounded statement.
-- $1 chain, $2 block, $3 where to start, $4 whether that is a job, $5 largest depth, $6 whether it goes down,
-- $7 most nodes, $8 most steps of the walk.
--
-- Up, a version leads to its parents and, where it is a model bound to jobs, to those; a job to the versions of its
-- licenses. Down is the reverse.
--
-- UNION drops what a level reaches twice, so diamonds cost nodes times depth and not 2^depth.
-- A recursive query is evaluated only as far as its reader asks, so the LIMIT of `seen` bounds the walk.
WITH RECURSIVE walk (id, is_job, depth) AS (
    SELECT $3::bytea, $4::boolean, 0
    UNION
    SELECT n.id, n.is_job, w.depth + 1
    FROM walk w
    CROSS JOIN LATERAL (
        SELECT p.parent_version_id::bytea AS id, false AS is_job FROM version_parents p
        WHERE NOT $6 AND NOT w.is_job AND p.chain_id = $1 AND p.version_id = w.id AND p.block_number <= $2
        UNION ALL
        SELECT m.job_id::bytea, true FROM model_jobs m
        WHERE NOT $6 AND NOT w.is_job AND m.chain_id = $1 AND m.version_id = w.id AND m.block_number <= $2
        UNION ALL
        SELECT l.version_id::bytea, false FROM job_licenses l
        WHERE NOT $6 AND w.is_job AND l.chain_id = $1 AND l.job_id = w.id AND l.block_number <= $2
        UNION ALL
        SELECT p.version_id::bytea, false FROM version_parents p
        WHERE $6 AND NOT w.is_job AND p.chain_id = $1 AND p.parent_version_id = w.id AND p.block_number <= $2
        UNION ALL
        SELECT l.job_id::bytea, true FROM job_licenses l
        WHERE $6 AND NOT w.is_job AND l.chain_id = $1 AND l.version_id = w.id AND l.block_number <= $2
        UNION ALL
        SELECT m.version_id::bytea, false FROM model_jobs m
        WHERE $6 AND w.is_job AND m.chain_id = $1 AND m.job_id = w.id AND m.block_number <= $2
    ) n
    WHERE w.depth < $5
),
seen AS (
    SELECT id, is_job, depth FROM walk LIMIT $8
),
nodes AS (
    SELECT id, is_job, min(depth) AS depth FROM seen GROUP BY id, is_job ORDER BY min(depth), is_job, id LIMIT $7
),
-- Of versions copied, sold or poisoned by what is claimed, and of jobs under-reported.
disputed AS (
    SELECT n.id, n.is_job, count(*) FILTER (WHERE r.dispute_id IS NULL)::integer AS open,
        count(*) FILTER (WHERE r.outcome = 'upheld')::integer AS upheld
    FROM nodes n
    JOIN disputes d
        ON d.chain_id = $1 AND d.subject = n.id AND d.block_number <= $2
        AND CASE WHEN n.is_job THEN d.kind = 'usage' ELSE d.kind IN ('copy', 'license', 'poison') END
    LEFT JOIN dispute_resolutions r
        ON r.chain_id = $1 AND r.dispute_id = d.dispute_id AND r.block_number <= $2
    GROUP BY n.id, n.is_job
)
SELECT 'version' AS kind, n.id AS subject, v.creator::bytea AS object, n.depth AS number,
    EXISTS (
        SELECT 1 FROM version_tombstones t
        WHERE t.chain_id = $1 AND t.version_id = n.id AND t.block_number <= $2
    ) AS is_withdrawn,
    coalesce(d.open, 0) AS open_disputes, coalesce(d.upheld, 0) AS upheld_disputes
FROM nodes n
JOIN versions v ON v.chain_id = $1 AND v.version_id = n.id AND v.block_number <= $2
LEFT JOIN disputed d ON d.id = n.id AND NOT d.is_job
WHERE NOT n.is_job
UNION ALL
SELECT 'job', n.id, j.trainer::bytea, n.depth, false, coalesce(d.open, 0), coalesce(d.upheld, 0)
FROM nodes n
JOIN jobs j ON j.chain_id = $1 AND j.job_id = n.id AND j.block_number <= $2
LEFT JOIN disputed d ON d.id = n.id AND d.is_job
WHERE n.is_job
UNION ALL
SELECT DISTINCT 'derived', p.version_id::bytea, p.parent_version_id::bytea, p.share_ppm::integer, false, 0, 0
FROM nodes child
JOIN version_parents p ON p.chain_id = $1 AND p.version_id = child.id AND p.block_number <= $2
JOIN nodes parent ON parent.id = p.parent_version_id AND NOT parent.is_job
WHERE NOT child.is_job
UNION ALL
SELECT DISTINCT 'used', l.job_id::bytea, l.version_id::bytea, 0, false, 0, 0
FROM nodes job
JOIN job_licenses l ON l.chain_id = $1 AND l.job_id = job.id AND l.block_number <= $2
JOIN nodes source ON source.id = l.version_id AND NOT source.is_job
WHERE job.is_job
UNION ALL
SELECT DISTINCT 'generated', m.version_id::bytea, m.job_id::bytea, 0, false, 0, 0
FROM nodes model
JOIN model_jobs m ON m.chain_id = $1 AND m.version_id = model.id AND m.block_number <= $2
JOIN nodes job ON job.id = m.job_id AND job.is_job
WHERE NOT model.is_job
UNION ALL
SELECT 'steps', ''::bytea, ''::bytea, count(*)::integer, false, 0, 0 FROM seen
