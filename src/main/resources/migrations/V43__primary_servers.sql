-- The PostgreSQL servers that were the primary of these books, in the order in which nodes met them. Each has the identifier that it was made
-- with, and a timeline, which grows by one whenever a standby takes over. The newest row names the server that the books belong to. A row that
-- an operator's command has added names what was known of the server before, too. An embedded database has no rows here.
-- Older programs read on.
CREATE TABLE primary_server (
    sequence          BIGINT NOT NULL PRIMARY KEY,
    identifier        TEXT   NOT NULL,
    timeline          BIGINT NOT NULL,
    former_identifier TEXT,
    former_timeline   BIGINT,
    met_at            BIGINT NOT NULL
);

-- The server that a node writes to. Null where the server does not say, and in rows of earlier programs.
ALTER TABLE node ADD COLUMN server_identifier TEXT;
ALTER TABLE node ADD COLUMN server_timeline BIGINT;
