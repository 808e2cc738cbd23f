-- compatible: yes
--
-- The completed calls whose own request got no answer, and that were charged all the same: no free answer was left. A server before it marks none; it folds
-- days without their sum, which `ledger rebuild-usage` adds.

ALTER TABLE usage_quarter ADD COLUMN charged_by_request BIGINT NOT NULL DEFAULT 0;
ALTER TABLE usage_day ADD COLUMN charged_by_request BIGINT NOT NULL DEFAULT 0;
