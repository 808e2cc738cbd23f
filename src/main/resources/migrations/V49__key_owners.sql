-- Whose a key is: a member's, a team's, a member's in a team, or the account's if both are empty. A key that is moved gets a new row; the old
-- one keeps its history and names the new one in moved_to. origin_id is the first id in such a chain; empty: the key's own. created_by is the
-- person or key that made it; locked are the settings that its member may not change back; marked is set while a person who has left may know
-- its secret; scopes are the rights of a management key, the first three if empty.
-- Older programs would let each key read what all keys have kept.
-- Older programs are shut out by OWNED_KEYS.
ALTER TABLE api_key ADD COLUMN member_id TEXT NOT NULL DEFAULT '';
ALTER TABLE api_key ADD COLUMN team_id TEXT NOT NULL DEFAULT '';
ALTER TABLE api_key ADD COLUMN origin_id TEXT NOT NULL DEFAULT '';
ALTER TABLE api_key ADD COLUMN moved_to TEXT NOT NULL DEFAULT '';
ALTER TABLE api_key ADD COLUMN created_by TEXT NOT NULL DEFAULT '';
ALTER TABLE api_key ADD COLUMN locked TEXT NOT NULL DEFAULT '';
ALTER TABLE api_key ADD COLUMN marked TEXT NOT NULL DEFAULT '';
ALTER TABLE api_key ADD COLUMN scopes TEXT NOT NULL DEFAULT '';

CREATE INDEX api_key_owned ON api_key (account_id) WHERE member_id <> '' OR team_id <> '';

-- Who may read a kept response: keys of its owner (a member's or a team's id; empty: the account) and the key that made it, by its first id.
-- Rows of older programs have no first id: their call's row names the key.
ALTER TABLE kept_response ADD COLUMN owner TEXT NOT NULL DEFAULT '';
ALTER TABLE kept_response ADD COLUMN origin_id TEXT NOT NULL DEFAULT '';
