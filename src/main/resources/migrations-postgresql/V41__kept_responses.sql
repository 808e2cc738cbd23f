-- Responses that a caller may read again and continue from: input and response of a call, compressed and sealed, by the id of its task.

CREATE TABLE kept_response (
    id          TEXT   NOT NULL PRIMARY KEY,
    account_id  TEXT   NOT NULL,
    previous_id TEXT,
    place       BIGINT NOT NULL,
    plain_bytes BIGINT NOT NULL,
    bytes       BIGINT NOT NULL CHECK (bytes > 0),
    used_at     BIGINT NOT NULL,
    sealed      BYTEA  NOT NULL
);

CREATE INDEX kept_response_place ON kept_response (account_id, place);
CREATE INDEX kept_response_age ON kept_response (used_at, bytes);

-- How far an account has come on a tape of bytes: each row takes its size and ends at its place. What lies further back than an account's
-- share is wound off.
CREATE TABLE kept_share (
    account_id TEXT   NOT NULL PRIMARY KEY,
    bytes      BIGINT NOT NULL CHECK (bytes >= 0)
);

-- The server need not try to compress it again.
ALTER TABLE kept_response ALTER COLUMN sealed SET STORAGE EXTERNAL;
