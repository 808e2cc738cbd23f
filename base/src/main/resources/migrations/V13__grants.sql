-- compatible: no
--
-- Credits that expire, or pay only for some models. A server that does not know them would spend them as general credits, after their expiry too.

-- A grant: numbered credits of an account with an expiry, with models, or both. What is left is part of the account's balance and holds.
CREATE TABLE credit_grant (
    account_id     TEXT   NOT NULL REFERENCES account (id),
    number         BIGINT NOT NULL CHECK (number > 0),
    kind           TEXT   NOT NULL CHECK (kind IN ('gift', 'voucher', 'plan', 'refund')),
    -- The credits given; only those of a grant of kind refund grow.
    credits_micros BIGINT NOT NULL CHECK (credits_micros > 0),
    left_micros    BIGINT NOT NULL CHECK (left_micros >= 0),
    -- The models that it pays for: ids, and beginnings with *, with spaces between them; empty: all.
    models         TEXT   NOT NULL DEFAULT '',
    created_at     BIGINT NOT NULL,
    starts_at      BIGINT NOT NULL,
    -- Null: never.
    expires_at     BIGINT,
    -- Since it has ended nothing is left, and nothing returns to it.
    ended_at       BIGINT,
    -- What has expired, and in how many entries.
    lapsed_micros  BIGINT NOT NULL DEFAULT 0 CHECK (lapsed_micros >= 0),
    lapses         BIGINT NOT NULL DEFAULT 0 CHECK (lapses >= 0),
    -- At most two limits, each hours:micro-credits, with a space between them; and what is used of each in its latest window, window:micro-credits.
    limits         TEXT   NOT NULL DEFAULT '',
    used           TEXT   NOT NULL DEFAULT '',
    -- Whether it pays only for responses of the sandbox.
    sandbox        INTEGER NOT NULL DEFAULT 0 CHECK (sandbox IN (0, 1)),
    -- The entry that gave the credits.
    entry_number   BIGINT NOT NULL CHECK (entry_number > 0),
    PRIMARY KEY (account_id, number),
    CONSTRAINT grant_ends CHECK (ended_at IS NULL OR left_micros = 0)
) ${clustered};

CREATE INDEX credit_grant_live ON credit_grant (account_id, number) WHERE ended_at IS NULL;
CREATE INDEX credit_grant_expiring ON credit_grant (expires_at) WHERE ended_at IS NULL AND expires_at IS NOT NULL;

-- What is left in the account's live grants, and the number of its newest grant. The rest of balance and holds are general credits.
ALTER TABLE account ADD COLUMN granted_micros BIGINT NOT NULL DEFAULT 0 CHECK (granted_micros BETWEEN 0 AND balance_micros + reserved_micros);
ALTER TABLE account ADD COLUMN last_grant BIGINT NOT NULL DEFAULT 0 CHECK (last_grant >= 0);

-- The catalogue's id of a running call's model, if the account had something left in grants when the call began; else general credits alone pay it.
ALTER TABLE open_hold ADD COLUMN grant_model TEXT;
CREATE INDEX open_hold_grants ON open_hold (account_id) WHERE grant_model IS NOT NULL;

-- What grants paid of the charge, in the order of payment, each number:micro-credits, with spaces between them; null if general credits alone paid it.
ALTER TABLE call ADD COLUMN paid_by TEXT;

-- What an entry moved into grants, or out of them, in the same form; null if it moved general credits alone.
ALTER TABLE entry ADD COLUMN grants TEXT;
