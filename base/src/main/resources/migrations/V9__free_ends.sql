-- compatible: yes
--
-- A server that does not know the columns counts no free answers.

-- How many answers of a running call may end free although a provider is paid for them (E72).
ALTER TABLE open_hold ADD COLUMN free_ends INTEGER NOT NULL DEFAULT 0 CHECK (free_ends >= 0);
CREATE INDEX open_hold_free ON open_hold (account_id) WHERE free_ends > 0;

-- The day (UTC) of the account's latest such answer, and their number on that day.
ALTER TABLE account ADD COLUMN free_day BIGINT NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN free_ends BIGINT NOT NULL DEFAULT 0 CHECK (free_ends >= 0);
