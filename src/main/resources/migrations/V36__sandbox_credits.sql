-- Whether the installation has had a node with a real upstream: the newest row holds, none says that it has not. Rows are only added.
CREATE TABLE installation_kind (
    sequence   BIGINT  NOT NULL PRIMARY KEY CHECK (sequence > 0),
    is_real    INTEGER NOT NULL CHECK (is_real IN (0, 1)),
    created_at BIGINT  NOT NULL
) ${clustered};

-- Of balance and holds what was given for nothing while only the sandbox answered. It buys only what the sandbox answers.
ALTER TABLE account ADD COLUMN sandbox_micros BIGINT NOT NULL DEFAULT 0 CHECK (sandbox_micros >= 0);

-- Test payments, start credits of the sandbox and the demo account's first credits, less what was charged and what operators took away:
-- those were spent first.
UPDATE account SET sandbox_micros = (
    SELECT CASE
        WHEN given <= used THEN 0
        WHEN given - used > balance_micros + reserved_micros THEN balance_micros + reserved_micros
        ELSE given - used END
    FROM (SELECT CAST(COALESCE(SUM(CASE WHEN q.kind = 'top_up' AND (q.request_id LIKE 'test-payment-' || account.id || '-%'
                          OR q.request_id = 'sandbox-start-' || account.id) THEN q.amount_micros ELSE 0 END), 0) AS BIGINT)
               + COALESCE((SELECT e.amount_micros FROM entry e
                     WHERE account.id = 'acc_demo' AND e.account_id = account.id AND e.sequence = 1 AND e.reason = 'demo credits'), 0) AS given,
             account.consumed_micros
               - CAST(COALESCE(SUM(CASE WHEN q.kind = 'adjustment' AND q.amount_micros < 0 THEN q.amount_micros ELSE 0 END), 0) AS BIGINT) AS used
          FROM requested_entry q WHERE q.account_id = account.id) AS free)
WHERE id = 'acc_demo' OR id IN (SELECT account_id FROM requested_entry WHERE request_id LIKE 'test-payment-%' OR request_id LIKE 'sandbox-start-%');

-- What answers the calls of a node: real or sandbox; null of a node of an earlier release.
ALTER TABLE node ADD COLUMN upstream TEXT;
