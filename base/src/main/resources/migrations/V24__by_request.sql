-- compatible: yes
--
-- The failed calls whose own request was the cause, by the mark in the call's row. A server before it marks none; it folds days without their sum, which
-- `ledger rebuild-usage` adds.

ALTER TABLE usage_quarter ADD COLUMN by_request BIGINT NOT NULL DEFAULT 0;
ALTER TABLE usage_day ADD COLUMN by_request BIGINT NOT NULL DEFAULT 0;
ALTER TABLE usage_hour ADD COLUMN by_request BIGINT NOT NULL DEFAULT 0;

-- The days before it keep their shares on the status page: there each account has the weight of its calls.
INSERT INTO installation (name, value)
SELECT 'status.weighed-from', CAST(MAX(starts_at) - MAX(starts_at) % 86400000 AS TEXT) FROM usage_hour HAVING COUNT(*) > 0;
