-- What the attempts of a call have reported and cost the operator, by channel, as a JSON array. NULL: a call of an earlier program, of which no table
-- but usage_hour knows the cost.
-- Older programs read on.
ALTER TABLE task ADD COLUMN costs TEXT;
