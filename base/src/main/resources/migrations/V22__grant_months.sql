-- compatible: no
--
-- What grants pay by month. A server that does not know it would pay calls by grants without counting their month.

-- What a grant paid of the calls that ended in a month (UTC), which begins at starts_at. A refund does not lower it. A row is written by the commit that
-- takes the credits out of the grant; it has no zero.
CREATE TABLE grant_month (
    starts_at   BIGINT NOT NULL,
    account_id  TEXT   NOT NULL,
    number      BIGINT NOT NULL CHECK (number > 0),
    paid_micros BIGINT NOT NULL CHECK (paid_micros > 0),
    PRIMARY KEY (starts_at, account_id, number)
) ${clustered};

-- The grant of an entry. With the kind, by which the months ask for it: without, SQLite reads all grants of the account.
CREATE INDEX credit_grant_entry ON credit_grant (account_id, entry_number, kind);
