-- compatible: no
-- A server of the version before would go on serving the keys of a paused team.
ALTER TABLE team ADD COLUMN paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1));
