-- compatible: no
--
-- One table of what was told, in place of four and a column.

-- What was told last, so that no server tells it again. The owner is a person or an account. Of kind 'limits' is a person's: version of the
-- preferences, newest number of the account, and the names of the notices that hold; of 'models' the changes, like gemini-2.5-pro@2026-12-01. Of
-- kind 'key.expiring' and 'key.unused' is a key's end or last use; of 'budget' an owner's window: its start, the limit and the percent; of
-- 'statement' the month, like 2026-10.
CREATE TABLE told (
    owner   TEXT NOT NULL,
    kind    TEXT NOT NULL,
    subject TEXT NOT NULL,
    fact    TEXT NOT NULL,
    PRIMARY KEY (owner, kind, subject)
) ${clustered};

INSERT INTO told (owner, kind, subject, fact)
SELECT person_id, 'limits', '', version || ' ' || sequence || ' ' || told FROM told_notice;

INSERT INTO told (owner, kind, subject, fact)
SELECT person_id, 'models', '', models FROM told_notice WHERE models <> '';

INSERT INTO told (owner, kind, subject, fact)
SELECT account_id, 'key.' || kind, key_id, CAST(told AS TEXT) FROM key_notice;

INSERT INTO told (owner, kind, subject, fact)
SELECT n.account_id, 'budget', n.owner || ' ' || n.kind,
    n.starts_at || ' ' || COALESCE(own.limit_micros, shared.limit_micros, 9223372036854775807) || ' ' || n.percent
FROM budget_notice n
    LEFT JOIN budget own ON own.account_id = n.account_id AND own.owner = n.owner AND own.kind = n.kind
    LEFT JOIN budget shared ON own.owner IS NULL AND n.owner LIKE 'mem%' AND shared.account_id = n.account_id
        AND shared.owner = 'each_member' AND shared.kind = n.kind
WHERE n.starts_at = (
    SELECT MAX(o.starts_at) FROM budget_notice o WHERE o.account_id = n.account_id AND o.owner = n.owner AND o.kind = n.kind);

INSERT INTO told (owner, kind, subject, fact)
SELECT account_id, 'statement', '', mailed_month FROM billing_contact WHERE mailed_month IS NOT NULL;

DROP TABLE told_notice;
DROP TABLE key_notice;
DROP TABLE budget_notice;
ALTER TABLE billing_contact DROP COLUMN mailed_month;
