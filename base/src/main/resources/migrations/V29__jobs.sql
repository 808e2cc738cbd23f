-- compatible: no
--
-- Work that outlives its connection. An older server would restore books whose jobs then run, and would drop a secret key that still encrypts their
-- requests.

-- A job is one request whose caller does not wait for the answer. An ended one keeps its row until it is gone.
CREATE TABLE job (
    id             TEXT   NOT NULL PRIMARY KEY,
    account_id     TEXT   NOT NULL REFERENCES account (id),
    -- Who may read it: keys of its owner (a member's or a team's id; empty: the account) and the key that made it, by its first id, which also pays.
    owner          TEXT   NOT NULL,
    origin_id      TEXT   NOT NULL,
    kind           TEXT   NOT NULL CHECK (kind IN ('response')),
    state          TEXT   NOT NULL CHECK (state IN ('open', 'completed', 'incomplete', 'failed', 'cancelled')),
    -- Why an open job waits; null if it does not.
    pause          TEXT   CHECK (pause IN ('credits', 'limit', 'rates', 'key', 'storage', 'provider')),
    paused_at      BIGINT,
    due_at         BIGINT NOT NULL,
    -- The server that has taken it; empty if none has. The only server of an embedded database is 'own'.
    node_id        TEXT   NOT NULL,
    -- The Idempotency-Key and the body of its creation, as hashes.
    name_hash      TEXT,
    body_hash      TEXT   NOT NULL,
    created_at     BIGINT NOT NULL,
    deadline       BIGINT NOT NULL,
    cancel_at      BIGINT,
    ended_at       BIGINT,
    -- From then on nothing reads it, and its rows are deleted.
    gone_at        BIGINT NOT NULL,
    -- What its request takes; 0 once it is gone.
    sealed_bytes   BIGINT NOT NULL CHECK (sealed_bytes >= 0),
    charged_micros BIGINT NOT NULL CHECK (charged_micros >= 0),
    CONSTRAINT job_ended CHECK ((state = 'open') = (ended_at IS NULL)),
    CONSTRAINT job_paused CHECK ((pause IS NULL) = (paused_at IS NULL))
) ${clustered};

CREATE INDEX job_due ON job (due_at) WHERE state = 'open';
CREATE INDEX job_account ON job (account_id, created_at);
-- What counts against the bounds of an account: open ones, and those that have ended without an answer.
CREATE INDEX job_kept ON job (account_id, ended_at, sealed_bytes) WHERE sealed_bytes > 0;
CREATE UNIQUE INDEX job_name ON job (origin_id, name_hash);
CREATE INDEX job_gone ON job (gone_at);

-- The calls of a job, from the hold of the first try on. Line 0 is no call: it has the request of a job that is not kept elsewhere.
CREATE TABLE job_line (
    job_id  TEXT   NOT NULL,
    line    BIGINT NOT NULL CHECK (line >= 0),
    state   TEXT   NOT NULL CHECK (state IN ('kept', 'waiting', 'running', 'ended')),
    -- The call of the last try.
    call_id TEXT,
    tries   BIGINT NOT NULL CHECK (tries >= 0),
    -- The request, or the error of the last try.
    sealed  ${bytes},
    PRIMARY KEY (job_id, line),
    CONSTRAINT job_line_running CHECK (state <> 'running' OR call_id IS NOT NULL)
) ${clustered};

-- The call of a response that was made in the background; null if the response has the id of its call.
ALTER TABLE kept_response ADD COLUMN call_id TEXT;
