-- A price of a group is a row of its own, named BASE*GROUP.NUMBER (Z2).
ALTER TABLE price DROP CONSTRAINT price_kind_check;
ALTER TABLE price ADD CONSTRAINT price_kind_check CHECK (kind IN ('file', 'set', 'cost', 'group'));
