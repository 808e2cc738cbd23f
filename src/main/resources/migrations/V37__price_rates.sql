-- What each price version of the catalogue charges, as the first start with it has read it: a version means one price, for good. Micro-credits per
-- million tokens. Rows are only added.
CREATE TABLE price_rates (
    version          TEXT    NOT NULL PRIMARY KEY,
    model_id         TEXT    NOT NULL,
    created_at       BIGINT  NOT NULL,
    input_micros     BIGINT  NOT NULL CHECK (input_micros >= 0),
    output_micros    BIGINT  NOT NULL CHECK (output_micros >= 0),
    reasoning_billed INTEGER NOT NULL CHECK (reasoning_billed IN (0, 1)),
    rounding         TEXT    NOT NULL,
    step_micros      BIGINT  NOT NULL,
    minimum_micros   BIGINT  NOT NULL
) ${clustered};
