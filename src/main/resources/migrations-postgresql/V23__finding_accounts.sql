-- What operators look accounts up by: their age, the beginning of their name, of a mail or of one of their keys. In the order of code points:
-- that of a language would make a beginning no range.
CREATE INDEX account_by_age ON account (created_at, id);
CREATE INDEX account_by_name ON account ((lower(name) COLLATE "C"), id);
CREATE INDEX api_key_by_prefix ON api_key (prefix COLLATE "C");
CREATE INDEX person_by_login ON person (login COLLATE "C");
