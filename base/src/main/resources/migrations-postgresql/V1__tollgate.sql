-- What only PostgreSQL is given.

-- Beginnings of names, mails and keys are looked up in the order of code points: that of a language would make a beginning no range.
CREATE INDEX account_by_name ON account ((lower(name) COLLATE "C"), id);
CREATE INDEX api_key_by_prefix ON api_key (prefix COLLATE "C");
CREATE INDEX person_by_login ON person (login COLLATE "C");

-- Room in each page for the changes of its rows, which then write no index.
ALTER TABLE open_hold SET (fillfactor = 50);
ALTER TABLE usage_quarter SET (fillfactor = 80);
ALTER TABLE usage_day SET (fillfactor = 80);
ALTER TABLE usage_hour SET (fillfactor = 80);

-- These are compressed before they are sealed: the server need not try again.
ALTER TABLE kept_answer ALTER COLUMN sealed_copy SET STORAGE EXTERNAL;
ALTER TABLE kept_response ALTER COLUMN sealed SET STORAGE EXTERNAL;
