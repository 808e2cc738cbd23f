-- compatible: yes
--
-- The part of a call's output that is images, and its sums. A server before it writes calls without the column, which have no such tokens; it folds
-- days without their sum, which `ledger rebuild-usage` adds.

ALTER TABLE call ADD COLUMN output_image_tokens BIGINT DEFAULT 0;
ALTER TABLE usage_quarter ADD COLUMN output_image_tokens BIGINT NOT NULL DEFAULT 0;
ALTER TABLE usage_day ADD COLUMN output_image_tokens BIGINT NOT NULL DEFAULT 0;
ALTER TABLE usage_hour ADD COLUMN output_image_tokens BIGINT NOT NULL DEFAULT 0;
ALTER TABLE usage_label ADD COLUMN output_image_tokens BIGINT NOT NULL DEFAULT 0;
