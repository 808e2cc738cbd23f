-- The tags of a key's calls: name=value, with spaces between them. They count if the organization has declared their names.
-- Older programs are shut out by KEY_TAGS.
ALTER TABLE api_key ADD COLUMN tags TEXT NOT NULL DEFAULT '';
