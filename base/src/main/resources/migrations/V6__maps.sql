-- compatible: yes
--
-- Whether a call's answer has a source of Google Maps (1), and the sums of such calls. A server before it writes calls without the column, which have
-- no such source; it folds days without their sum, which `ledger rebuild-usage` adds.

ALTER TABLE call ADD COLUMN maps BIGINT DEFAULT 0;
ALTER TABLE usage_quarter ADD COLUMN maps BIGINT NOT NULL DEFAULT 0;
ALTER TABLE usage_day ADD COLUMN maps BIGINT NOT NULL DEFAULT 0;
ALTER TABLE usage_hour ADD COLUMN maps BIGINT NOT NULL DEFAULT 0;
ALTER TABLE usage_label ADD COLUMN maps BIGINT NOT NULL DEFAULT 0;
