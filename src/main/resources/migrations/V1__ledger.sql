-- Accounts, what they hold and every movement of their money. Amounts are micro-credits, times are milliseconds since 1970 (UTC).
-- Only what SQLite and PostgreSQL 15 both understand; ${clustered} is SQLite's wish to keep the rows in the primary key's own
-- tree (one tree to write instead of two), and nothing elsewhere.

CREATE TABLE account (
    id               TEXT   NOT NULL PRIMARY KEY,
    name             TEXT   NOT NULL,
    created_at       BIGINT NOT NULL,
    blocked          INTEGER NOT NULL DEFAULT 0 CHECK (blocked IN (0, 1)),
    balance_micros   BIGINT NOT NULL DEFAULT 0 CHECK (balance_micros >= 0),
    reserved_micros  BIGINT NOT NULL DEFAULT 0 CHECK (reserved_micros >= 0),
    purchased_micros BIGINT NOT NULL DEFAULT 0 CHECK (purchased_micros >= 0),
    consumed_micros  BIGINT NOT NULL DEFAULT 0 CHECK (consumed_micros >= 0),
    last_sequence    BIGINT NOT NULL DEFAULT 0 CHECK (last_sequence >= 0),
    CONSTRAINT account_adds_up CHECK (balance_micros + reserved_micros + consumed_micros = purchased_micros)
) ${clustered};

-- A hold for one call; its id is the task's. It counts in the spend windows that created_at lies in.
CREATE TABLE reservation (
    id             TEXT   NOT NULL PRIMARY KEY,
    account_id     TEXT   NOT NULL REFERENCES account (id),
    key_id         TEXT   NOT NULL,
    created_at     BIGINT NOT NULL,
    state          TEXT   NOT NULL CHECK (state IN ('open', 'settled', 'released', 'expired')),
    held_micros    BIGINT NOT NULL CHECK (held_micros >= 0),
    charged_micros BIGINT NOT NULL DEFAULT 0,
    CONSTRAINT reservation_charged_within CHECK (charged_micros >= 0 AND charged_micros <= held_micros)
) ${clustered};

-- What a crash leaves behind is found without reading the whole table.
CREATE INDEX reservation_open ON reservation (id) WHERE state = 'open';

-- Immutable. The sequence runs from 1 without gaps in each account. funding, revenue and shortfall are the platform's: sums
-- of entries, never a row of their own that every call would update.
CREATE TABLE entry (
    account_id     TEXT   NOT NULL REFERENCES account (id),
    sequence       BIGINT NOT NULL CHECK (sequence > 0),
    created_at     BIGINT NOT NULL,
    kind           TEXT   NOT NULL
        CHECK (kind IN ('top_up', 'reservation', 'charge', 'release', 'expiry', 'refund', 'reversal', 'adjustment')),
    reservation_id TEXT   REFERENCES reservation (id),
    from_bucket    TEXT   NOT NULL CHECK (from_bucket IN ('funding', 'available', 'reserved', 'revenue', 'shortfall')),
    to_bucket      TEXT   NOT NULL CHECK (to_bucket IN ('funding', 'available', 'reserved', 'revenue', 'shortfall')),
    amount_micros  BIGINT NOT NULL CHECK (amount_micros > 0),
    reason         TEXT,
    PRIMARY KEY (account_id, sequence),
    CONSTRAINT entry_moves CHECK (from_bucket <> to_bucket)
) ${clustered};

CREATE INDEX entry_reservation ON entry (reservation_id) WHERE reservation_id IS NOT NULL;

-- What a key has spent and holds in a calendar hour, a calendar day (UTC) and in all; counted whether or not there is a limit,
-- so that a limit set later knows what was used before it.
CREATE TABLE spend_window (
    key_id         TEXT   NOT NULL,
    kind           TEXT   NOT NULL CHECK (kind IN ('hour', 'day', 'total')),
    starts_at      BIGINT NOT NULL,
    charged_micros BIGINT NOT NULL CHECK (charged_micros >= 0),
    held_micros    BIGINT NOT NULL CHECK (held_micros >= 0),
    PRIMARY KEY (key_id, kind, starts_at)
) ${clustered};
