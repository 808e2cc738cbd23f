-- What operators look accounts up by: their age, the beginning of their name or of one of their keys. A mail's is found by person.login.
CREATE INDEX account_by_age ON account (created_at, id);
CREATE INDEX account_by_name ON account (lower(name), id);
CREATE INDEX api_key_by_prefix ON api_key (prefix);
