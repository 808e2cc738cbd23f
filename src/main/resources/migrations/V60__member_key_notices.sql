-- What is to be mailed, or was.
-- Older programs read on.
--
-- The rows of account_log about members that wait to be mailed.
CREATE TABLE member_notice (
    account_id TEXT   NOT NULL REFERENCES account (id),
    number     BIGINT NOT NULL,
    PRIMARY KEY (account_id, number)
) ${clustered};

-- The keys that were mailed because they expire soon, with the time of their end, or are unused, with the time of their last use.
CREATE TABLE key_notice (
    key_id     TEXT   NOT NULL,
    kind       TEXT   NOT NULL CHECK (kind IN ('expiring', 'unused')),
    account_id TEXT   NOT NULL REFERENCES account (id),
    told       BIGINT NOT NULL,
    PRIMARY KEY (key_id, kind)
) ${clustered};
