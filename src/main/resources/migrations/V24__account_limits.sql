-- What all keys of an account together may spend in a calendar hour, a calendar day (UTC) and in all, micro-credits; the operator's
-- choice. While one of them is set, the account has rows in spend_window under its own id.

ALTER TABLE account ADD COLUMN spend_hour BIGINT CHECK (spend_hour >= 0);
ALTER TABLE account ADD COLUMN spend_day BIGINT CHECK (spend_day >= 0);
ALTER TABLE account ADD COLUMN spend_total BIGINT CHECK (spend_total >= 0);
