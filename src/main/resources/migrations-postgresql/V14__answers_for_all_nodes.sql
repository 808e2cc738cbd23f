-- What other nodes read of a kept answer whose spool lies with the node that made it: the whole answer, compressed and sealed, where that is
-- small. It goes with its claim, so that nothing else has to forget it. The server need not try to compress it again.

ALTER TABLE kept_answer ADD COLUMN sealed_copy BYTEA;
ALTER TABLE kept_answer ALTER COLUMN sealed_copy SET STORAGE EXTERNAL;
