-- compatible: no
--
-- Work that outlives its connection. An older server would restore books whose jobs then run, and would drop a secret key that still encrypts their
-- requests.

-- A job is one request whose caller does not wait for the answer, or a batch of them. An ended one keeps its row until it is gone.
CREATE TABLE job (
    id             TEXT   NOT NULL PRIMARY KEY,
    account_id     TEXT   NOT NULL REFERENCES account (id),
    -- Who may read it: keys of its owner (a member's or a team's id; empty: the account) and the key that made it, by its first id, which also pays.
    owner          TEXT   NOT NULL,
    origin_id      TEXT   NOT NULL,
    kind           TEXT   NOT NULL CHECK (kind IN ('response', 'batch')),
    state          TEXT   NOT NULL CHECK (state IN ('open', 'completed', 'incomplete', 'failed', 'expired', 'cancelled')),
    -- Why an open job waits; null if it does not.
    pause          TEXT   CHECK (pause IN ('credits', 'limit', 'rates', 'key', 'storage', 'price', 'provider')),
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
    -- What its request, or the results of a batch take; 0 once they are gone.
    sealed_bytes   BIGINT NOT NULL CHECK (sealed_bytes >= 0),
    charged_micros BIGINT NOT NULL CHECK (charged_micros >= 0),
    CONSTRAINT job_ended CHECK ((state = 'open') = (ended_at IS NULL)),
    CONSTRAINT job_paused CHECK ((pause IS NULL) = (paused_at IS NULL))
) ${clustered};

CREATE INDEX job_due ON job (due_at) WHERE state = 'open';
CREATE INDEX job_account ON job (account_id, created_at);
-- What counts against the bounds of an account: open ones, and those that have ended without an answer.
CREATE INDEX job_kept ON job (account_id, kind, ended_at, sealed_bytes) WHERE sealed_bytes > 0;
CREATE UNIQUE INDEX job_name ON job (origin_id, name_hash);
CREATE INDEX job_gone ON job (gone_at);

-- What a batch has beside its job. The counts grow with the commits that end its lines.
CREATE TABLE batch (
    job_id            TEXT   NOT NULL PRIMARY KEY,
    endpoint          TEXT   NOT NULL,
    -- The file of its lines.
    input_id          TEXT   NOT NULL,
    -- The servers that were gone while they checked the lines.
    lost              BIGINT NOT NULL CHECK (lost >= 0),
    -- From when lines run; null while they are checked.
    started_at        BIGINT,
    -- How long results are kept, in milliseconds, and the time from which on nothing reads them.
    results_ms        BIGINT NOT NULL CHECK (results_ms > 0),
    results_until     BIGINT NOT NULL,
    lines             BIGINT NOT NULL CHECK (lines >= 0),
    -- Lines with an answer, and with an error.
    completed         BIGINT NOT NULL CHECK (completed >= 0),
    failed            BIGINT NOT NULL CHECK (failed >= 0),
    -- The results of both, as they are shown.
    output_bytes      BIGINT NOT NULL CHECK (output_bytes >= 0),
    error_bytes       BIGINT NOT NULL CHECK (error_bytes >= 0),
    prompt_tokens     BIGINT NOT NULL CHECK (prompt_tokens >= 0),
    cached_tokens     BIGINT NOT NULL CHECK (cached_tokens >= 0),
    completion_tokens BIGINT NOT NULL CHECK (completion_tokens >= 0),
    reasoning_tokens  BIGINT NOT NULL CHECK (reasoning_tokens >= 0),
    -- What all lines cost at least and at most, as reckoned when they were checked.
    min_micros        BIGINT CHECK (min_micros >= 0),
    max_micros        BIGINT CHECK (max_micros >= min_micros)
) ${clustered};

CREATE INDEX batch_input ON batch (input_id);

-- The calls of a job, from the hold of the first try on. Line 0 is no call: it has the request of a job that is not kept elsewhere, or what a batch is
-- about. A line of a batch has the number of its line in the file.
CREATE TABLE job_line (
    job_id  TEXT   NOT NULL,
    line    BIGINT NOT NULL CHECK (line >= 0),
    state   TEXT   NOT NULL CHECK (state IN ('kept', 'waiting', 'running', 'ended')),
    -- The call of the last try.
    call_id TEXT,
    tries   BIGINT NOT NULL CHECK (tries >= 0),
    -- The request, the error of the last try, or the result of a batch's line.
    sealed  ${bytes},
    -- The first byte of a batch's line in the file, when it is tried again, and the status of its result.
    place   BIGINT CHECK (place >= 0),
    due_at  BIGINT,
    status  BIGINT,
    PRIMARY KEY (job_id, line),
    CONSTRAINT job_line_running CHECK (state <> 'running' OR call_id IS NOT NULL)
) ${clustered};

CREATE INDEX job_line_running ON job_line (job_id) WHERE state = 'running';
CREATE INDEX job_line_failed ON job_line (job_id, status) WHERE status <> 200;

-- The call of a response that was made in the background; null if the response has the id of its call.
ALTER TABLE kept_response ADD COLUMN call_id TEXT;
