-- One row for each admitted call; its id is the reservation's. What was asked and answered is never in it.

CREATE TABLE task (
    id                 TEXT   NOT NULL PRIMARY KEY REFERENCES reservation (id),
    account_id         TEXT   NOT NULL,
    key_id             TEXT   NOT NULL,
    door               TEXT   NOT NULL,
    model              TEXT   NOT NULL,
    status             TEXT   NOT NULL CHECK (status IN ('processing', 'completed', 'failed', 'cancelled')),
    created_at         BIGINT NOT NULL,
    completed_at       BIGINT,
    usage              TEXT,
    usage_flags        TEXT   NOT NULL DEFAULT '',
    max_tokens_applied BIGINT,
    charge_micros      BIGINT NOT NULL DEFAULT 0 CHECK (charge_micros >= 0),
    pricing            TEXT,
    error_code         TEXT,
    error_message      TEXT,
    CONSTRAINT task_ends CHECK ((status = 'processing') = (completed_at IS NULL))
);
