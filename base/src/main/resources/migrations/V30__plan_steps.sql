-- compatible: no
--
-- Plans are prolonged, and begun anew while one runs. An older server would write plans without their steps.

-- What was done to the plans of an account, in its order (K20). Rows are only added.
CREATE TABLE plan_step (
    account_id   TEXT    NOT NULL REFERENCES account (id),
    -- From 1 in the account.
    number       BIGINT  NOT NULL CHECK (number > 0),
    at           BIGINT  NOT NULL,
    -- The number of the plan that it has begun, prolonged or ended.
    subscription BIGINT  NOT NULL CHECK (subscription > 0),
    kind         TEXT    NOT NULL CHECK (kind IN ('assign', 'after', 'now', 'end')),
    -- The periods that it adds.
    periods      INTEGER NOT NULL,
    -- The id of the operator's request.
    request_id   TEXT,
    PRIMARY KEY (account_id, number),
    CONSTRAINT plan_step_periods CHECK (CASE WHEN kind = 'end' THEN periods = 0 ELSE periods BETWEEN 1 AND 366 END)
) ${clustered};

INSERT INTO plan_step (account_id, number, at, subscription, kind, periods, request_id)
    SELECT account_id, ROW_NUMBER() OVER (PARTITION BY account_id ORDER BY subscription, kind), at, subscription, kind, periods, request_id
    FROM (
        SELECT account_id, number AS subscription, 'assign' AS kind, anchor AS at, periods, request_id FROM subscription
        UNION ALL
        SELECT account_id, number, 'end', ended_at, 0, end_request_id FROM subscription WHERE ended_by = 'operator') AS made;

CREATE UNIQUE INDEX plan_step_request ON plan_step (account_id, request_id) WHERE request_id IS NOT NULL;

