-- How often something was done since the time began that ends then: mails sent, keys made, settings saved. The name says what, and has a keyed
-- print of whose.
CREATE TABLE allowance (
    name    TEXT    NOT NULL PRIMARY KEY,
    ends_at BIGINT  NOT NULL,
    used    INTEGER NOT NULL
);

CREATE INDEX allowance_end ON allowance (ends_at);

-- Keys that were deleted before a call was made with them: they are erased after a day.
CREATE INDEX api_key_unused ON api_key (deleted_at) WHERE deleted_at IS NOT NULL AND last_used_at IS NULL;
