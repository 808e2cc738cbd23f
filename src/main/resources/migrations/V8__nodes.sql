-- The nodes that serve from this database, and who owns which reservation. A node that is here is alive: whoever finds that its
-- lease has run out takes its row away, and with it the ownership of its reservations. Times are the database's own clock.
-- An embedded database has one process and no rows here.

CREATE TABLE node (
    id          TEXT   NOT NULL PRIMARY KEY,
    lease_until BIGINT NOT NULL
);

ALTER TABLE reservation ADD COLUMN node_id TEXT NOT NULL DEFAULT '';
