-- What only SQLite is given.

CREATE INDEX account_by_name ON account (lower(name), id);
CREATE INDEX api_key_by_prefix ON api_key (prefix);

