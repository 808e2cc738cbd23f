-- API keys. The key itself is not here, only its SHA-256 in lower-case hex. Lists are separated by one space.

CREATE TABLE api_key (
    id               TEXT   NOT NULL PRIMARY KEY,
    account_id       TEXT   NOT NULL REFERENCES account (id),
    hash             TEXT   NOT NULL UNIQUE,
    prefix           TEXT   NOT NULL,
    name             TEXT   NOT NULL,
    kind             TEXT   NOT NULL CHECK (kind IN ('api', 'management')),
    disabled         INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
    allow            TEXT   NOT NULL DEFAULT '',
    models           TEXT   NOT NULL DEFAULT '',
    spend_hour       BIGINT CHECK (spend_hour >= 0),
    spend_day        BIGINT CHECK (spend_day >= 0),
    spend_total      BIGINT CHECK (spend_total >= 0),
    rate_requests    BIGINT CHECK (rate_requests > 0),
    rate_tokens      BIGINT CHECK (rate_tokens > 0),
    rate_concurrency BIGINT CHECK (rate_concurrency > 0),
    expires_at       BIGINT,
    last_used_at     BIGINT,
    created_at       BIGINT NOT NULL
);

CREATE INDEX api_key_account ON api_key (account_id, id);
