-- compatible: no
--
-- A server that does not know the columns would serve calls above a key's ceiling.

-- The most that a token may cost for a call of the key, in micro-credits per million; null without a ceiling (C18).
ALTER TABLE api_key ADD COLUMN max_input_price BIGINT CHECK (max_input_price >= 0);
ALTER TABLE api_key ADD COLUMN max_output_price BIGINT CHECK (max_output_price >= 0);
