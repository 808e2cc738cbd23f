-- Addresses of an organization that receive its events. Secrets are encrypted; a former one signs, too, until old_until. failing_since is null if the
-- last delivery arrived (milliseconds).
-- Older programs read on.
CREATE TABLE webhook (
    id            TEXT   NOT NULL PRIMARY KEY,
    account_id    TEXT   NOT NULL REFERENCES account (id),
    url           TEXT   NOT NULL,
    form          TEXT   NOT NULL CHECK (form IN ('standard', 'slack')),
    secret        TEXT   NOT NULL,
    old_secret    TEXT,
    old_until     BIGINT,
    created_at    BIGINT NOT NULL,
    failing_since BIGINT,
    disabled_at   BIGINT
);

CREATE INDEX webhook_account ON webhook (account_id);

-- Events on their way to a webhook, and for 30 days afterwards. A server that sends one moves due_at ahead, so that no other takes it.
CREATE TABLE webhook_delivery (
    id         TEXT    NOT NULL PRIMARY KEY,
    account_id TEXT    NOT NULL REFERENCES account (id),
    webhook_id TEXT    NOT NULL,
    event      TEXT    NOT NULL,
    data       TEXT    NOT NULL,
    created_at BIGINT  NOT NULL,
    due_at     BIGINT  NOT NULL,
    attempts   INTEGER NOT NULL,
    state      TEXT    NOT NULL CHECK (state IN ('waiting', 'sent', 'failed')),
    status     INTEGER NOT NULL DEFAULT 0
);

CREATE INDEX webhook_delivery_due ON webhook_delivery (due_at) WHERE state = 'waiting';
CREATE INDEX webhook_delivery_of ON webhook_delivery (webhook_id, created_at);
CREATE INDEX webhook_delivery_account ON webhook_delivery (account_id, created_at);
