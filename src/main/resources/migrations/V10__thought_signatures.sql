-- What the upstream signed in its answers, for callers who do not send it back. A part of an answer is found by a keyed hash of what the
-- caller was shown of it; nothing of the call or the text can be read here, and the signature itself is sealed.

CREATE TABLE thought_signature (
    account_id  TEXT   NOT NULL,
    print       TEXT   NOT NULL,
    place       BIGINT NOT NULL,
    model       TEXT   NOT NULL,
    channel     TEXT   NOT NULL,
    is_first    BIGINT NOT NULL CHECK (is_first = 0 OR is_first = 1),
    upstream_id TEXT,
    signature   TEXT,
    used_at     BIGINT NOT NULL,
    PRIMARY KEY (account_id, print)
);

CREATE INDEX thought_signature_place ON thought_signature (account_id, place);
CREATE INDEX thought_signature_age ON thought_signature (used_at);

-- How far an account has come on a tape of KiB: each row takes its size and ends at its place. What lies further back than an account's
-- share is wound off, so that neither rows nor bytes have to be counted.
CREATE TABLE signature_share (
    account_id TEXT   NOT NULL PRIMARY KEY,
    kib        BIGINT NOT NULL CHECK (kib >= 0)
) ${clustered};
