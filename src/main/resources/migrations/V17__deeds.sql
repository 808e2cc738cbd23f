-- What an operator has done, and who, from where, why. Rows are only ever added; the sequence has no gaps.
CREATE TABLE audit_log (
    sequence    BIGINT NOT NULL PRIMARY KEY CHECK (sequence > 0),
    created_at  BIGINT NOT NULL,
    actor       TEXT   NOT NULL,
    address     TEXT,
    action      TEXT   NOT NULL,
    subject     TEXT   NOT NULL,
    before_json TEXT,
    after_json  TEXT,
    reason      TEXT
) ${clustered};

CREATE INDEX audit_log_subject ON audit_log (subject, sequence);

-- What an entry that somebody has asked for does not say itself: which call a refund is of, so that its sum is known without reading the
-- account's entries, and the id under which it was asked for, so that it is done once. The sequence is that of its first entry.
CREATE TABLE requested_entry (
    account_id    TEXT   NOT NULL REFERENCES account (id),
    sequence      BIGINT NOT NULL,
    kind          TEXT   NOT NULL,
    task_id       TEXT,
    amount_micros BIGINT NOT NULL,
    request_id    TEXT,
    PRIMARY KEY (account_id, sequence)
) ${clustered};

CREATE INDEX requested_entry_task ON requested_entry (task_id) WHERE task_id IS NOT NULL;
CREATE UNIQUE INDEX requested_entry_request ON requested_entry (account_id, request_id) WHERE request_id IS NOT NULL;
