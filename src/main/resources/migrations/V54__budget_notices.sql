-- The highest step of a budget's use, 50, 80 or 100 percent, that was mailed for one of its windows. Rows go 35 days after the window.
-- Older programs read on.
CREATE TABLE budget_notice (
    account_id TEXT    NOT NULL REFERENCES account (id),
    owner      TEXT    NOT NULL,
    kind       TEXT    NOT NULL CHECK (kind IN ('hour', 'day', 'week', 'month', 'total')),
    starts_at  BIGINT  NOT NULL,
    ends_at    BIGINT  NOT NULL,
    percent    INTEGER NOT NULL CHECK (percent BETWEEN 1 AND 100),
    PRIMARY KEY (account_id, owner, kind, starts_at)
) ${clustered};

-- The accounts that have, or had, budgets.
CREATE INDEX account_budgeted ON account (id) WHERE budgets_version > 0;
