-- compatible: no
--
-- The expiry with which credits were given. A server that does not know it would write grants without one.

-- Null: never. Unlike expires_at it stays when the expiry is moved: a repeated request is compared with it, and a voucher's grant with its days.
ALTER TABLE credit_grant ADD COLUMN first_expires_at BIGINT;

UPDATE credit_grant SET first_expires_at = expires_at;
