-- What other nodes read of a kept answer: filled on a server that several share, and in what was copied from one.

ALTER TABLE kept_answer ADD COLUMN sealed_copy BLOB;
