-- compatible: yes
--
-- What the months of the books are read from. A server that does not know the columns leaves their defaults in its rows.

-- The part of an entry's amount that is sandbox credits.
ALTER TABLE entry ADD COLUMN sandbox_micros BIGINT NOT NULL DEFAULT 0;

-- The buyer's country as the payment provider names it (two letters, ISO 3166); empty if it did not.
ALTER TABLE invoice ADD COLUMN buyer_country TEXT NOT NULL DEFAULT '';

CREATE INDEX entry_by_time ON entry (created_at, account_id, number);
CREATE INDEX call_of_sandbox ON call (ended_at, account_id, sandbox_micros) WHERE sandbox_micros > 0;

-- Earlier entries: the gifts of a sandbox by the ids of their requests, and refunds of calls that sandbox credits paid.
UPDATE entry SET sandbox_micros = amount_micros
WHERE kind = 'top_up' AND (request_id LIKE 'sandbox-start-%' OR request_id LIKE 'test-payment-%'
    OR account_id = 'acc_demo' AND request_id IS NULL AND reason = 'demo credits')
    AND EXISTS (SELECT 1 FROM account a WHERE a.id = entry.account_id
        AND (a.sandbox_micros > 0 OR a.deleted_at IS NOT NULL OR EXISTS (
            SELECT 1 FROM call c WHERE c.account_id = a.id AND c.sandbox_micros > 0)));

-- A refund returns them first.
UPDATE entry SET sandbox_micros = (
    SELECT CASE WHEN x.left_micros < 0 THEN 0 WHEN x.left_micros < entry.amount_micros THEN x.left_micros ELSE entry.amount_micros END
    FROM (SELECT c.sandbox_micros - COALESCE((SELECT SUM(e.amount_micros) FROM entry e
            WHERE e.task_id = entry.task_id AND e.number < entry.number), 0) AS left_micros
        FROM call c WHERE c.id = entry.task_id) AS x)
WHERE kind = 'refund' AND EXISTS (SELECT 1 FROM call c WHERE c.id = entry.task_id AND c.sandbox_micros > 0);

-- What an account lacks of them now has left with its last debits, as that of a deletion: other credits leave first.
UPDATE entry SET sandbox_micros = (
    SELECT CASE WHEN x.left_micros < 0 THEN 0 WHEN x.left_micros < -entry.amount_micros THEN -x.left_micros ELSE entry.amount_micros END
    FROM (SELECT (SELECT SUM(e.sandbox_micros) FROM entry e WHERE e.account_id = entry.account_id AND e.sandbox_micros > 0)
        - (SELECT COALESCE(SUM(c.sandbox_micros), 0) FROM call c WHERE c.account_id = entry.account_id AND c.sandbox_micros > 0)
        - (SELECT a.sandbox_micros FROM account a WHERE a.id = entry.account_id)
        + (SELECT COALESCE(SUM(e.amount_micros), 0) FROM entry e
            WHERE e.account_id = entry.account_id AND e.number > entry.number AND e.amount_micros < 0) AS left_micros) AS x)
WHERE amount_micros < 0 AND EXISTS (SELECT 1 FROM entry e WHERE e.account_id = entry.account_id AND e.sandbox_micros > 0);
