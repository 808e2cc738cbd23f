-- Codes that are good for credits, once. A code has 100 random bits and is here as a hash only.
CREATE TABLE voucher (
    sequence      BIGINT NOT NULL PRIMARY KEY CHECK (sequence > 0),
    code_hash     TEXT   NOT NULL UNIQUE,
    amount_micros BIGINT NOT NULL CHECK (amount_micros > 0),
    note          TEXT   NOT NULL,
    created_at    BIGINT NOT NULL,
    expires_at    BIGINT,
    account_id    TEXT   REFERENCES account (id),
    redeemed_at   BIGINT,
    CONSTRAINT voucher_redeemed CHECK ((account_id IS NULL) = (redeemed_at IS NULL))
) ${clustered};
