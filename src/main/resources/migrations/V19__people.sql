-- Who signs in. An account (credits, keys) has the people who may look at it; operators have one, too. Secrets are hashes (passwords by
-- Argon2id, the rest, which is random, by SHA-256) or sealed.

CREATE TABLE person (
    id             TEXT   NOT NULL PRIMARY KEY,
    account_id     TEXT   NOT NULL REFERENCES account (id),
    -- What is typed at the door: the mail's address in lower case, or the first operator's word.
    login          TEXT   NOT NULL UNIQUE,
    email          TEXT,
    confirmed_at   BIGINT,
    name           TEXT   NOT NULL,
    role           TEXT   NOT NULL CHECK (role IN ('user', 'operator')),
    password_hash  TEXT   NOT NULL,
    password_due   INTEGER NOT NULL DEFAULT 0 CHECK (password_due IN (0, 1)),
    zone           TEXT   NOT NULL DEFAULT 'UTC',
    theme          TEXT   NOT NULL DEFAULT 'system' CHECK (theme IN ('system', 'light', 'dark')),
    shortcuts      INTEGER NOT NULL DEFAULT 1 CHECK (shortcuts IN (0, 1)),
    balance_line   BIGINT,
    key_notices    INTEGER NOT NULL DEFAULT 1 CHECK (key_notices IN (0, 1)),
    totp_secret    TEXT,
    totp_step      BIGINT NOT NULL DEFAULT 0,
    version        BIGINT NOT NULL DEFAULT 1,
    created_at     BIGINT NOT NULL
);

CREATE INDEX person_account ON person (account_id);

CREATE TABLE session (
    hash       TEXT   NOT NULL PRIMARY KEY,
    person_id  TEXT   NOT NULL REFERENCES person (id),
    begun_at   BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,
    -- When the password was shown last: some deeds want it to be a few minutes ago.
    proved_at  BIGINT NOT NULL,
    -- Whether the second factor is still to come.
    code_due   INTEGER NOT NULL DEFAULT 0 CHECK (code_due IN (0, 1)),
    address    TEXT   NOT NULL,
    agent      TEXT   NOT NULL
);

CREATE INDEX session_person ON session (person_id);

-- What is sent by mail or handed over, good once: to confirm an address, to set a new password, to come in.
CREATE TABLE person_link (
    hash       TEXT   NOT NULL PRIMARY KEY,
    kind       TEXT   NOT NULL CHECK (kind IN ('confirm', 'reset', 'invite')),
    person_id  TEXT REFERENCES person (id),
    account_id TEXT REFERENCES account (id),
    email      TEXT   NOT NULL,
    made_at    BIGINT NOT NULL,
    ends_at    BIGINT NOT NULL,
    used_at    BIGINT
);

CREATE INDEX person_link_person ON person_link (person_id);

CREATE TABLE recovery_code (
    person_id TEXT   NOT NULL REFERENCES person (id),
    hash      TEXT   NOT NULL,
    used_at   BIGINT,
    PRIMARY KEY (person_id, hash)
);
