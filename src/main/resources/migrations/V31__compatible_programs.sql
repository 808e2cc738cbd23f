-- What each node is, for who operates them and for programs of another version: its program's version, the newest schema that it knows, and
-- whether it takes calls. And the oldest schema whose program may run on this one: programs before this migration did not ask.

ALTER TABLE node ADD COLUMN version TEXT NOT NULL DEFAULT '';
ALTER TABLE node ADD COLUMN schema_known BIGINT NOT NULL DEFAULT 0;
ALTER TABLE node ADD COLUMN state TEXT NOT NULL DEFAULT 'ready';

INSERT INTO installation (name, value) VALUES ('compatible_from', '31');
