-- Credits that the providers' caches saved and missed. Usage of earlier calls has none, and a program of an earlier schema writes none.
-- Older programs read on.
ALTER TABLE usage_quarter ADD COLUMN saved_micros BIGINT NOT NULL DEFAULT 0;
ALTER TABLE usage_quarter ADD COLUMN missed_micros BIGINT NOT NULL DEFAULT 0;
ALTER TABLE usage_day ADD COLUMN saved_micros BIGINT NOT NULL DEFAULT 0;
ALTER TABLE usage_day ADD COLUMN missed_micros BIGINT NOT NULL DEFAULT 0;
