-- Payments by which customers get credits. A row is written before the far side is asked, and changes with what that says afterwards.
-- Cents of a US dollar.
CREATE TABLE payment (
    id              TEXT   NOT NULL PRIMARY KEY,
    account_id      TEXT   NOT NULL REFERENCES account (id),
    channel         TEXT   NOT NULL,
    created_at      BIGINT NOT NULL,
    net_cents       BIGINT NOT NULL CHECK (net_cents > 0),
    tax_cents       BIGINT NOT NULL DEFAULT 0 CHECK (tax_cents >= 0),
    credit_micros   BIGINT NOT NULL CHECK (credit_micros > 0),
    state           TEXT   NOT NULL,
    session_id      TEXT   UNIQUE,
    intent_id       TEXT   UNIQUE,
    url             TEXT,
    ended_at        BIGINT,
    reversed_micros BIGINT NOT NULL DEFAULT 0,
    missing_micros  BIGINT NOT NULL DEFAULT 0,
    CONSTRAINT payment_reversed CHECK (reversed_micros BETWEEN 0 AND credit_micros AND missing_micros BETWEEN 0 AND reversed_micros)
) ${clustered};

CREATE INDEX payment_of_account ON payment (account_id, created_at, id);
CREATE INDEX payment_by_age ON payment (created_at, id);

-- What the far side has told, each thing once. What it tells of a payment that is not known yet is kept for it.
CREATE TABLE payment_notice (
    id          TEXT   NOT NULL PRIMARY KEY,
    type        TEXT   NOT NULL,
    fact        TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    payment_id  TEXT   REFERENCES payment (id),
    intent_id   TEXT,
    object_id   TEXT,
    cents       BIGINT NOT NULL,
    outcome     TEXT   NOT NULL,
    detail      TEXT,
    replays     BIGINT NOT NULL DEFAULT 0
) ${clustered};

CREATE INDEX payment_notice_intent ON payment_notice (intent_id) WHERE intent_id IS NOT NULL;
CREATE INDEX payment_notice_payment ON payment_notice (payment_id, received_at) WHERE payment_id IS NOT NULL;
CREATE INDEX payment_notice_odd ON payment_notice (received_at, id) WHERE outcome <> 'taken' OR replays > 0;

-- Who pays, as it stands on the papers from now on.
CREATE TABLE billing_contact (
    account_id TEXT   NOT NULL PRIMARY KEY REFERENCES account (id),
    name       TEXT   NOT NULL,
    address    TEXT   NOT NULL,
    vat_id     TEXT   NOT NULL,
    changed_at BIGINT NOT NULL
) ${clustered};

-- The paper of a payment, as both sides were called then; its number is given in the commit of its credits, so that there are no gaps.
CREATE TABLE invoice (
    payment_id     TEXT   NOT NULL PRIMARY KEY REFERENCES payment (id),
    series         TEXT   NOT NULL,
    year           BIGINT NOT NULL,
    sequence       BIGINT NOT NULL CHECK (sequence > 0),
    issued_at      BIGINT NOT NULL,
    seller_name    TEXT   NOT NULL,
    seller_address TEXT   NOT NULL,
    seller_vat_id  TEXT   NOT NULL,
    buyer_name     TEXT   NOT NULL,
    buyer_address  TEXT   NOT NULL,
    buyer_vat_id   TEXT   NOT NULL,
    CONSTRAINT invoice_number UNIQUE (series, year, sequence)
) ${clustered};
