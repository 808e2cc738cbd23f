
-- Added up before usage_hour is locked: running servers settle calls in the meantime.
CREATE TABLE attempts_made AS
SELECT starts_at, channel, model, upstream_model, ending, SUM(attempts) AS attempts, SUM(failed_attempts) AS failed_attempts FROM (
    SELECT ended_at - ended_at % 3600000 AS starts_at, channel, model_id AS model, upstream_model, ending, 1 AS attempts, 0 AS failed_attempts
    FROM call WHERE attempts IS NULL AND channel <> '' AND first_byte_us IS NOT NULL
    UNION ALL
    SELECT t.ended_at - t.ended_at % 3600000, a.part[1], t.model_id, a.part[2], t.ending, 1,
        CASE WHEN a.part[3] NOT IN ('answered', 'empty', 'left') THEN 1 ELSE 0 END
    FROM call t CROSS JOIN LATERAL
        regexp_matches(t.attempts, '"channel":"([^"]*)","model":"([^"]*)","ms":[0-9]+,"outcome":"([^"]*)"', 'g') AS a(part)
    WHERE t.attempts IS NOT NULL) AS made
GROUP BY starts_at, channel, model, upstream_model, ending;

ALTER TABLE usage_hour ADD COLUMN attempts BIGINT NOT NULL DEFAULT 0;
ALTER TABLE usage_hour ADD COLUMN failed_attempts BIGINT NOT NULL DEFAULT 0;

-- The rows of no server.
INSERT INTO usage_hour (starts_at, node_id, channel, model, upstream_model, ending, attempts, failed_attempts)
SELECT starts_at, '', channel, model, upstream_model, ending, attempts, failed_attempts FROM attempts_made
ON CONFLICT (starts_at, node_id, channel, model, upstream_model, ending) DO UPDATE SET
    attempts = excluded.attempts, failed_attempts = excluded.failed_attempts;

DROP TABLE attempts_made;
