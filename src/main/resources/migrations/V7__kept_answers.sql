-- Idempotency keys that are claimed, and the answers that are kept under them. Neither a caller's key nor its body is here, only
-- SHA-256 of each; an answer's bytes lie sealed in a file that is named after the task.

CREATE TABLE kept_answer (
    key_id     TEXT   NOT NULL,
    name_hash  TEXT   NOT NULL,
    body_hash  TEXT   NOT NULL,
    task_id    TEXT   NOT NULL UNIQUE,
    account_id TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    state      TEXT   NOT NULL CHECK (state IN ('running', 'kept', 'dropped')),
    settled_at BIGINT,
    bytes      BIGINT NOT NULL DEFAULT 0 CHECK (bytes >= 0),
    hash       TEXT,
    PRIMARY KEY (key_id, name_hash),
    CONSTRAINT kept_answer_settles CHECK ((state = 'running') = (settled_at IS NULL)),
    CONSTRAINT kept_answer_refers CHECK ((state = 'kept') = (hash IS NOT NULL))
) ${clustered};

CREATE INDEX kept_answer_age ON kept_answer (settled_at, task_id) WHERE settled_at IS NOT NULL;
CREATE INDEX kept_answer_of_account ON kept_answer (account_id, settled_at, task_id) WHERE state = 'kept';

-- What an account's kept answers take on disk: the sum of their bytes, counted along so that nobody has to add them up.
CREATE TABLE answer_share (
    account_id TEXT   NOT NULL PRIMARY KEY,
    bytes      BIGINT NOT NULL CHECK (bytes >= 0)
) ${clustered};
