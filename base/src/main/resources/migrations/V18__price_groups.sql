-- compatible: no
--
-- A server that does not know price groups would sell to all accounts at standard prices (Z2).

-- The versions of price groups, for good (Z1). Rows are only added. One without a number closes its group: no further account enters it.
CREATE TABLE price_group (
    -- From 1, in the order of the commits.
    sequence   BIGINT NOT NULL PRIMARY KEY CHECK (sequence > 0),
    name       TEXT   NOT NULL,
    -- From 1 within the group.
    number     BIGINT CHECK (number > 0),
    created_at BIGINT NOT NULL,
    -- The time from which the version is in force. NULL: from the time at which it was set.
    from_at    BIGINT,
    -- JSON: the factor of all models, and those of some, in thousandths.
    body       TEXT,
    CHECK ((number IS NULL) = (body IS NULL) AND (number IS NOT NULL OR from_at IS NULL)),
    UNIQUE (name, number)
) ${clustered};

-- The price group of an account from a time on (Z4), which is not before the account's row before. Rows are only added. An account without one is in
-- the group standard.
CREATE TABLE account_terms (
    -- From 1, in the order of the commits.
    sequence   BIGINT NOT NULL PRIMARY KEY CHECK (sequence > 0),
    account_id TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    -- The group that the operator has chosen. It wins over a plan's.
    own_group  TEXT,
    -- The group of a plan, and the time before which it counts.
    plan_group TEXT,
    plan_until BIGINT,
    CHECK ((plan_group IS NULL) = (plan_until IS NULL))
) ${clustered};

CREATE INDEX account_terms_account ON account_terms (account_id, sequence);

