-- When the operator has revoked a voucher (milliseconds). It expires at the same time, so that no older program redeems it.
-- Older programs read on.
ALTER TABLE voucher ADD COLUMN revoked_at BIGINT;
