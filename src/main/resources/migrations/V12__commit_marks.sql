-- What a server leaves with each batch in the batch's own transaction, so that it can tell later whether that has taken place: a
-- transaction's id belongs to another one after a failover. took_place is 0 where who asked did not find it: then it cannot come any more.
-- An embedded database has no rows here: a file does not lose the answer to a commit.

CREATE TABLE commit_mark (
    writer     TEXT   NOT NULL,
    batch      BIGINT NOT NULL,
    took_place BIGINT NOT NULL CHECK (took_place = 0 OR took_place = 1),
    made_at    BIGINT NOT NULL,
    PRIMARY KEY (writer, batch)
);
