-- How often usage was counted into days that are over: finished days that a reader keeps in memory hold as long as this stays. Programs of an
-- earlier schema do not count.
-- Older programs read on.
ALTER TABLE usage_fold ADD COLUMN corrections BIGINT NOT NULL DEFAULT 0;
