-- The month, like 2026-10, whose statement went by mail last: each goes once, from one server.
ALTER TABLE billing_contact ADD COLUMN mailed_month TEXT;
