-- What accounts cost the operator, and how fast channels answer. Usage of earlier calls has none, and a program of an earlier schema writes none.
-- Older programs read on.
ALTER TABLE usage_quarter ADD COLUMN cost_micros BIGINT NOT NULL DEFAULT 0;
ALTER TABLE usage_quarter ADD COLUMN costed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE usage_day ADD COLUMN cost_micros BIGINT NOT NULL DEFAULT 0;
ALTER TABLE usage_day ADD COLUMN costed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE usage_hour ADD COLUMN first_0 BIGINT NOT NULL DEFAULT 0;
ALTER TABLE usage_hour ADD COLUMN first_1 BIGINT NOT NULL DEFAULT 0;
ALTER TABLE usage_hour ADD COLUMN first_2 BIGINT NOT NULL DEFAULT 0;
ALTER TABLE usage_hour ADD COLUMN first_3 BIGINT NOT NULL DEFAULT 0;
ALTER TABLE usage_hour ADD COLUMN first_4 BIGINT NOT NULL DEFAULT 0;
ALTER TABLE usage_hour ADD COLUMN first_5 BIGINT NOT NULL DEFAULT 0;
ALTER TABLE usage_hour ADD COLUMN first_6 BIGINT NOT NULL DEFAULT 0;
ALTER TABLE usage_hour ADD COLUMN first_7 BIGINT NOT NULL DEFAULT 0;
ALTER TABLE usage_hour ADD COLUMN first_8 BIGINT NOT NULL DEFAULT 0;
ALTER TABLE usage_hour ADD COLUMN first_9 BIGINT NOT NULL DEFAULT 0;
ALTER TABLE usage_hour ADD COLUMN timed_tokens BIGINT NOT NULL DEFAULT 0;
ALTER TABLE usage_hour ADD COLUMN timed_millis BIGINT NOT NULL DEFAULT 0;

-- The warnings that a person has dismissed, by their subject, and until when (milliseconds).
CREATE TABLE dismissed (
    person_id TEXT   NOT NULL REFERENCES person (id),
    subject   TEXT   NOT NULL,
    until     BIGINT NOT NULL,
    PRIMARY KEY (person_id, subject)
);

-- Whether a person sees dollars or credits first; empty: as the operator has set.
ALTER TABLE person ADD COLUMN money TEXT NOT NULL DEFAULT '' CHECK (money IN ('', 'dollars', 'credits'));
