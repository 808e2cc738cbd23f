-- compatible: no
--
-- Vouchers whose credits expire, or pay only for some models. A server that does not know them would give general credits.

-- The days after which the credits expire once they are redeemed; null: never.
ALTER TABLE voucher ADD COLUMN days INTEGER CHECK (days BETWEEN 1 AND 3650);

-- The models that the credits pay for: ids, and beginnings with *, with spaces between them; empty: all.
ALTER TABLE voucher ADD COLUMN models TEXT NOT NULL DEFAULT '';
