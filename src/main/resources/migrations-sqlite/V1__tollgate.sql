-- What only SQLite is given.

CREATE INDEX account_by_name ON account (lower(name), id);
CREATE INDEX api_key_by_prefix ON api_key (prefix);

-- With what the log is filtered by: of the two thousand calls that a page may look at, those that it does not show are passed over here.
CREATE INDEX task_account ON task (account_id, id, status, model_id, key_id, door, charge_micros, usage_flags);
