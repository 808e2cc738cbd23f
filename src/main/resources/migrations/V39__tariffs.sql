-- The whole form of a price as JSON, with the names of the catalogue and rates in credits. NULL: nothing but input and output.
ALTER TABLE price_version ADD COLUMN tariff TEXT;
ALTER TABLE price_rates ADD COLUMN tariff TEXT;
-- The time from which a price is in force, in milliseconds. NULL: from the time at which it was set.
ALTER TABLE price_version ADD COLUMN from_at BIGINT;
