-- The order in which keys were made, roughly: servers that share a database learn of each other's new keys by reading what comes after the
-- last number that they have seen. Two that make keys at the same instant may give the same number, so nobody may rely on it being unique.

ALTER TABLE api_key ADD COLUMN number BIGINT NOT NULL DEFAULT 0;

UPDATE api_key SET number = o.number
FROM (SELECT id, ROW_NUMBER() OVER (ORDER BY created_at, id) AS number FROM api_key) o
WHERE o.id = api_key.id;

CREATE INDEX api_key_number ON api_key (number);
