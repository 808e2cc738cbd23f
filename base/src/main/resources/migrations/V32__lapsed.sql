-- compatible: no
--
-- A payment can have a grant of its own. An older server would take general credits for those that had left it.

-- Of what was taken back, the part that had left the payment's own grant before, because that expired or was ended.
ALTER TABLE payment ADD COLUMN lapsed_micros BIGINT NOT NULL DEFAULT 0 CHECK (lapsed_micros BETWEEN 0 AND reversed_micros - missing_micros);
