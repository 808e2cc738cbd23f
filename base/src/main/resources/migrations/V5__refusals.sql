-- compatible: yes
--
-- Counts of refused calls, which a server had in its memory alone.

-- Refused calls of an account by key, error, limit and the quarter of an hour (UTC) in which they were refused. The key is empty for the playground.
-- A call with a key that does not exist counts for nobody. The limit is its owner, window and micro-credits, such as 'team_1 month 5000000', with
-- 'limit ' before it unless it is a budget; empty if none refused the call, or if running calls held the rest. Servers add to a row. Rows are deleted
-- after 100 days.
CREATE TABLE refusal (
    account_id TEXT   NOT NULL,
    starts_at  BIGINT NOT NULL,
    key_id     TEXT   NOT NULL,
    code       TEXT   NOT NULL,
    refused_by TEXT   NOT NULL,
    calls      BIGINT NOT NULL CHECK (calls > 0),
    PRIMARY KEY (account_id, starts_at, key_id, code, refused_by)
) ${clustered};

CREATE INDEX refusal_by_time ON refusal (starts_at);
