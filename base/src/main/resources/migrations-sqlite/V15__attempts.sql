
ALTER TABLE usage_hour ADD COLUMN attempts BIGINT NOT NULL DEFAULT 0;
ALTER TABLE usage_hour ADD COLUMN failed_attempts BIGINT NOT NULL DEFAULT 0;

INSERT INTO usage_hour (starts_at, node_id, channel, model, upstream_model, ending, attempts, failed_attempts)
SELECT starts_at, '', channel, model, upstream_model, ending, SUM(attempts), SUM(failed_attempts) FROM (
    SELECT ended_at - ended_at % 3600000 AS starts_at, channel, model_id AS model, upstream_model, ending, 1 AS attempts, 0 AS failed_attempts
    FROM call WHERE attempts IS NULL AND channel <> '' AND first_byte_us IS NOT NULL
    UNION ALL
    SELECT t.ended_at - t.ended_at % 3600000, COALESCE(json_extract(a.value, '$.channel'), ''), t.model_id,
        COALESCE(json_extract(a.value, '$.model'), ''), t.ending, 1,
        CASE WHEN json_extract(a.value, '$.outcome') NOT IN ('answered', 'empty', 'left') THEN 1 ELSE 0 END
    FROM call t, json_each(CASE WHEN json_valid(t.attempts) THEN t.attempts ELSE '{}' END, '$.attempts') a
    WHERE t.attempts IS NOT NULL AND a.type = 'object') AS made
WHERE true GROUP BY starts_at, channel, model, upstream_model, ending
ON CONFLICT (starts_at, node_id, channel, model, upstream_model, ending) DO UPDATE SET
    attempts = excluded.attempts, failed_attempts = excluded.failed_attempts;
