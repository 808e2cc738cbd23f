-- Search queries of the calls. Usage of earlier calls has none, and a program of an earlier schema writes none.
ALTER TABLE usage_quarter ADD COLUMN searches BIGINT NOT NULL DEFAULT 0;
ALTER TABLE usage_day ADD COLUMN searches BIGINT NOT NULL DEFAULT 0;
ALTER TABLE usage_hour ADD COLUMN searches BIGINT NOT NULL DEFAULT 0;
