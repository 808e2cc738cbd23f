-- compatible: no
--
-- A server that does not know plans would begin no period of one (Z41).

-- The versions of plans, for good (Z40). Rows are only added; closed_at alone is set later, once.
CREATE TABLE plan_version (
    -- From 1, in the order of the commits.
    sequence   BIGINT NOT NULL PRIMARY KEY CHECK (sequence > 0),
    plan       TEXT   NOT NULL,
    -- From 1 within the plan.
    number     BIGINT NOT NULL CHECK (number > 0),
    created_at BIGINT NOT NULL,
    -- JSON: name, price, period, credits, models, price group, limits.
    body       TEXT   NOT NULL,
    -- Since then it is neither assigned nor renewed. NULL: it is not closed.
    closed_at  BIGINT,
    UNIQUE (plan, number)
) ${clustered};

-- The plans of accounts. An account has one that runs at most.
CREATE TABLE subscription (
    account_id     TEXT    NOT NULL REFERENCES account (id),
    -- From 1 in the account.
    number         BIGINT  NOT NULL CHECK (number > 0),
    plan           TEXT    NOT NULL,
    version        BIGINT  NOT NULL,
    -- The beginning of the first period, from which the calendar is counted.
    anchor         BIGINT  NOT NULL,
    -- The periods that were assigned, and the running one, or the last one that ran, with its times and the number of its grant.
    periods        INTEGER NOT NULL CHECK (periods BETWEEN 1 AND 366),
    period         INTEGER NOT NULL CHECK (period BETWEEN 1 AND periods),
    starts_at      BIGINT  NOT NULL,
    ends_at        BIGINT  NOT NULL,
    grant_number   BIGINT  NOT NULL CHECK (grant_number > 0),
    -- When the customer cancelled it: no period follows.
    cancelled_at   BIGINT,
    -- NULL while it runs.
    ended_at       BIGINT,
    ended_by       TEXT CHECK (ended_by IN ('finished', 'cancelled', 'closed', 'operator', 'deleted')),
    -- The ids of the operator's requests that assigned and ended it.
    request_id     TEXT,
    end_request_id TEXT,
    PRIMARY KEY (account_id, number),
    FOREIGN KEY (plan, version) REFERENCES plan_version (plan, number),
    CONSTRAINT subscription_ends CHECK (starts_at < ends_at AND (ended_at IS NULL) = (ended_by IS NULL))
) ${clustered};

CREATE UNIQUE INDEX subscription_running ON subscription (account_id) WHERE ended_at IS NULL;
CREATE INDEX subscription_due ON subscription (ends_at) WHERE ended_at IS NULL;
CREATE INDEX subscription_version ON subscription (plan, version);
