-- The table is made again: a CHECK cannot be changed.
ALTER TABLE job RENAME TO job_before;
CREATE TABLE job (
    id             TEXT   NOT NULL PRIMARY KEY,
    account_id     TEXT   NOT NULL REFERENCES account (id),
    owner          TEXT   NOT NULL,
    origin_id      TEXT   NOT NULL,
    kind           TEXT   NOT NULL CHECK (kind IN ('response', 'interaction', 'batch')),
    state          TEXT   NOT NULL CHECK (state IN ('open', 'completed', 'incomplete', 'requires_action', 'failed', 'expired', 'cancelled')),
    pause          TEXT   CHECK (pause IN ('credits', 'limit', 'rates', 'key', 'storage', 'price', 'provider')),
    paused_at      BIGINT,
    due_at         BIGINT NOT NULL,
    node_id        TEXT   NOT NULL,
    name_hash      TEXT,
    body_hash      TEXT   NOT NULL,
    created_at     BIGINT NOT NULL,
    deadline       BIGINT NOT NULL,
    cancel_at      BIGINT,
    ended_at       BIGINT,
    gone_at        BIGINT NOT NULL,
    sealed_bytes   BIGINT NOT NULL CHECK (sealed_bytes >= 0),
    charged_micros BIGINT NOT NULL CHECK (charged_micros >= 0),
    CONSTRAINT job_ended CHECK ((state = 'open') = (ended_at IS NULL)),
    CONSTRAINT job_paused CHECK ((pause IS NULL) = (paused_at IS NULL))
) WITHOUT ROWID;

INSERT INTO job (id, account_id, owner, origin_id, kind, state, pause, paused_at, due_at, node_id, name_hash, body_hash, created_at, deadline, cancel_at,
        ended_at, gone_at, sealed_bytes, charged_micros)
    SELECT id, account_id, owner, origin_id, kind, state, pause, paused_at, due_at, node_id, name_hash, body_hash, created_at, deadline, cancel_at,
        ended_at, gone_at, sealed_bytes, charged_micros
    FROM job_before;
DROP TABLE job_before;
CREATE INDEX job_due ON job (due_at) WHERE state = 'open';
CREATE INDEX job_account ON job (account_id, created_at);
CREATE INDEX job_kept ON job (account_id, kind, ended_at, sealed_bytes) WHERE sealed_bytes > 0;
CREATE UNIQUE INDEX job_name ON job (origin_id, name_hash);
CREATE INDEX job_gone ON job (gone_at);
