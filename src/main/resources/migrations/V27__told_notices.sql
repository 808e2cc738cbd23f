-- What a person was told, so that each is told once until it has recovered; and the account and the choice that this was decided on.
CREATE TABLE told_notice (
    person_id TEXT   NOT NULL PRIMARY KEY REFERENCES person (id),
    told      TEXT   NOT NULL,
    sequence  BIGINT NOT NULL,
    version   BIGINT NOT NULL
);
