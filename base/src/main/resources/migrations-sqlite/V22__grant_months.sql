
-- Of the calls so far, by their lists. A part of a list that is no share counts nothing: ledger verify names its call.
INSERT INTO grant_month (starts_at, account_id, number, paid_micros)
SELECT starts_at, account_id, number, SUM(micros) FROM (
    SELECT CAST(strftime('%s', c.ended_at / 1000, 'unixepoch', 'start of month') AS INTEGER) * 1000 AS starts_at, c.account_id,
        CAST(SUBSTR(s.value, 1, INSTR(s.value, ':') - 1) AS INTEGER) AS number, CAST(SUBSTR(s.value, INSTR(s.value, ':') + 1) AS INTEGER) AS micros
    FROM account a CROSS JOIN call c CROSS JOIN json_each('["' || REPLACE(REPLACE(c.paid_by, '"', ''), ' ', '","') || '"]') s
    WHERE c.account_id = a.id AND a.last_grant > 0 AND c.paid_by IS NOT NULL) AS share
WHERE number > 0 AND micros > 0 GROUP BY starts_at, account_id, number;
