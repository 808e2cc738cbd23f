-- compatible: no
--
-- Periods of plans end when their money goes back. An older server would begin them all the same.

-- A period that a payment had bought, and whose money was refunded in full or disputed (K23). Rows are only added.
CREATE TABLE plan_return (
    account_id   TEXT    NOT NULL REFERENCES account (id),
    payment_id   TEXT    NOT NULL,
    at           BIGINT  NOT NULL,
    -- The number of the plan, and the period.
    subscription BIGINT  NOT NULL CHECK (subscription > 0),
    period       INTEGER NOT NULL CHECK (period > 0),
    -- The number of the account's newest step then, and the periods that the plan has from then on.
    step         BIGINT  NOT NULL CHECK (step > 0),
    remains      INTEGER NOT NULL CHECK (remains > 0),
    PRIMARY KEY (account_id, payment_id)
) ${clustered};

-- Payments with a loss: what their own grants let go later lowers it.
CREATE INDEX payment_missing ON payment (id) WHERE missing_micros > 0;
