-- Prices that the operator has set while the program runs, each a version for good. The newest of a model holds, and wins over the catalogue's.
CREATE TABLE price_version (
    sequence          BIGINT  NOT NULL PRIMARY KEY CHECK (sequence > 0),
    model_id          TEXT    NOT NULL,
    version           TEXT    NOT NULL UNIQUE,
    created_at        BIGINT  NOT NULL,
    input_micros      BIGINT  NOT NULL CHECK (input_micros >= 0),
    output_micros     BIGINT  NOT NULL CHECK (output_micros >= 0),
    reasoning_billed  INTEGER NOT NULL CHECK (reasoning_billed IN (0, 1)),
    rounding          TEXT    NOT NULL,
    step_micros       BIGINT  NOT NULL,
    minimum_micros    BIGINT  NOT NULL
) ${clustered};

CREATE INDEX price_version_model ON price_version (model_id, sequence);
