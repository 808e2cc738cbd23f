
-- Of the calls so far, by their lists. A part of a list that is no share counts nothing: ledger verify names its call.
INSERT INTO grant_month (starts_at, account_id, number, paid_micros)
SELECT CAST(EXTRACT(EPOCH FROM date_trunc('month', to_timestamp(c.ended_at / 1000) AT TIME ZONE 'UTC')) AS BIGINT) * 1000, c.account_id,
    CAST(s.share[1] AS BIGINT), SUM(CAST(s.share[2] AS BIGINT))
FROM account a JOIN call c ON c.account_id = a.id CROSS JOIN LATERAL regexp_matches(c.paid_by, '([1-9][0-9]{0,15}):([1-9][0-9]{0,15})', 'g') AS s(share)
WHERE a.last_grant > 0 AND c.paid_by IS NOT NULL
GROUP BY 1, 2, 3;
