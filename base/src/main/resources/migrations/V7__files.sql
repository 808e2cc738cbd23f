-- compatible: yes
--
-- Files that customers upload, images that models have made, and cached contents.

-- A file has as many bytes as were announced, and is whole once all of them are written; until then nobody reads it. Its words (a name and the
-- like) are sealed. Rows are deleted when they expire.
CREATE TABLE stored_file (
    id         TEXT   NOT NULL PRIMARY KEY,
    account_id TEXT   NOT NULL,
    -- Who may read it: keys of its owner (a member's or a team's id; empty: the account) and the key that made it, by its first id.
    owner      TEXT   NOT NULL,
    origin_id  TEXT   NOT NULL,
    purpose    TEXT   NOT NULL,
    about      ${bytes} NOT NULL,
    mime_type  TEXT   NOT NULL,
    bytes      BIGINT NOT NULL CHECK (bytes > 0),
    written    BIGINT NOT NULL CHECK (written >= 0 AND written <= bytes),
    sha256     TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX stored_file_account ON stored_file (account_id, bytes);
CREATE INDEX stored_file_age ON stored_file (expires_at);

-- The sealed content of a file, 256 KiB in each piece but the last. The place is the offset of its first byte.
CREATE TABLE file_piece (
    file_id TEXT   NOT NULL,
    place   BIGINT NOT NULL,
    sealed  ${bytes} NOT NULL,
    PRIMARY KEY (file_id, place)
);
