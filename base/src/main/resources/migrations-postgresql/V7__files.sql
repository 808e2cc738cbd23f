-- What is sealed cannot be compressed: the server need not try.
ALTER TABLE file_piece ALTER COLUMN sealed SET STORAGE EXTERNAL;
