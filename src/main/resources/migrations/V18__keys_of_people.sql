-- What people do with their keys: a deleted key's row stays, for its history is told by its name; after a rotation the secret before the
-- present one is good until old_until; a hidden key has no secret (its hash is that of a text which is none) and stands in no list; version
-- counts the changes. What all keys of an account may use together is the operator's choice.

ALTER TABLE api_key ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;
ALTER TABLE api_key ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE api_key ADD COLUMN deleted_at BIGINT;
ALTER TABLE api_key ADD COLUMN old_hash TEXT;
ALTER TABLE api_key ADD COLUMN old_until BIGINT;

CREATE INDEX api_key_old_hash ON api_key (old_hash) WHERE old_hash IS NOT NULL;

CREATE TABLE account_rates (
    account_id  TEXT   NOT NULL PRIMARY KEY REFERENCES account (id),
    requests    BIGINT CHECK (requests > 0),
    tokens      BIGINT CHECK (tokens > 0),
    concurrency BIGINT CHECK (concurrency > 0)
) ${clustered};
