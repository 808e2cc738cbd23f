-- A price of a group is a row of its own, named BASE*GROUP.NUMBER (Z2). The table is made again: a CHECK cannot be changed.
ALTER TABLE price RENAME TO price_before;
CREATE TABLE price (
    version    TEXT   NOT NULL PRIMARY KEY,
    kind       TEXT   NOT NULL CHECK (kind IN ('file', 'set', 'cost', 'group')),
    number     BIGINT NOT NULL CHECK (number > 0),
    model_id   TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    from_at    BIGINT,
    terms      TEXT   NOT NULL,
    proof      BIGINT NOT NULL,
    UNIQUE (kind, number)
) WITHOUT ROWID;

INSERT INTO price (version, kind, number, model_id, created_at, from_at, terms, proof)
    SELECT version, kind, number, model_id, created_at, from_at, terms, proof FROM price_before;
DROP TABLE price_before;
CREATE INDEX price_model ON price (model_id, number);
