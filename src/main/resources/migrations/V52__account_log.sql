-- What the members and keys of an account have changed in it: who, from where, before and after. The numbers of an account have no gaps. Rows are
-- only ever added; who is erased leaves the bare id, without the address.
-- Older programs read on.
CREATE TABLE account_log (
    account_id  TEXT   NOT NULL REFERENCES account (id),
    number      BIGINT NOT NULL CHECK (number > 0),
    created_at  BIGINT NOT NULL,
    actor       TEXT   NOT NULL,
    address     TEXT,
    action      TEXT   NOT NULL,
    subject     TEXT   NOT NULL,
    before_json TEXT,
    after_json  TEXT,
    PRIMARY KEY (account_id, number)
) ${clustered};

CREATE INDEX account_log_actor ON account_log (actor) WHERE address IS NOT NULL;
