-- The ids of requests are in plan_step. A plan has as many periods as its steps add, and can be replaced. The table is made again: a CHECK cannot be changed.
ALTER TABLE subscription RENAME TO subscription_before;
CREATE TABLE subscription (
    account_id   TEXT    NOT NULL REFERENCES account (id),
    number       BIGINT  NOT NULL CHECK (number > 0),
    plan         TEXT    NOT NULL,
    version      BIGINT  NOT NULL,
    anchor       BIGINT  NOT NULL,
    periods      INTEGER NOT NULL CHECK (periods > 0),
    period       INTEGER NOT NULL CHECK (period BETWEEN 1 AND periods),
    starts_at    BIGINT  NOT NULL,
    ends_at      BIGINT  NOT NULL,
    grant_number BIGINT  NOT NULL CHECK (grant_number > 0),
    cancelled_at BIGINT,
    ended_at     BIGINT,
    ended_by     TEXT CHECK (ended_by IN ('finished', 'cancelled', 'closed', 'operator', 'deleted', 'replaced', 'unpaid', 'refunded')),
    PRIMARY KEY (account_id, number),
    FOREIGN KEY (plan, version) REFERENCES plan_version (plan, number),
    CONSTRAINT subscription_ends CHECK (starts_at < ends_at AND (ended_at IS NULL) = (ended_by IS NULL))
) WITHOUT ROWID;

INSERT INTO subscription (account_id, number, plan, version, anchor, periods, period, starts_at, ends_at, grant_number, cancelled_at, ended_at, ended_by)
    SELECT account_id, number, plan, version, anchor, periods, period, starts_at, ends_at, grant_number, cancelled_at, ended_at, ended_by
    FROM subscription_before;
DROP TABLE subscription_before;
CREATE UNIQUE INDEX subscription_running ON subscription (account_id) WHERE ended_at IS NULL;
CREATE INDEX subscription_due ON subscription (ends_at) WHERE ended_at IS NULL;
CREATE INDEX subscription_version ON subscription (plan, version);
