-- How often an account's calls have fallen short today is asked by calls that its balance covers only in part. Shortfalls are rare.

CREATE INDEX entry_shortfall ON entry (account_id, created_at) WHERE from_bucket = 'shortfall';
