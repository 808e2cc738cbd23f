-- Mails on their way out, written in the commit of the deed that causes them. The body is sealed, for it has links that open something, and is
-- emptied when the mail has ended. While a server sends one, due_at is when its claim runs out; attempts names the claim.
CREATE TABLE outgoing_mail (
    id         TEXT    NOT NULL PRIMARY KEY,
    account_id TEXT    REFERENCES account (id),
    recipient  TEXT    NOT NULL,
    subject    TEXT    NOT NULL,
    body       TEXT    NOT NULL,
    state      TEXT    NOT NULL CHECK (state IN ('waiting', 'sent', 'failed')),
    attempts   INTEGER NOT NULL,
    queued_at  BIGINT  NOT NULL,
    due_at     BIGINT  NOT NULL,
    ended_at   BIGINT,
    reason     TEXT
);

CREATE INDEX outgoing_mail_due ON outgoing_mail (due_at) WHERE state = 'waiting';
CREATE INDEX outgoing_mail_account ON outgoing_mail (account_id) WHERE state = 'waiting';
CREATE INDEX outgoing_mail_ended ON outgoing_mail (ended_at) WHERE state <> 'waiting';

-- Whether a link went to the address by mail: who uses it then has shown that the address is theirs.
ALTER TABLE person_link ADD COLUMN mailed INTEGER NOT NULL DEFAULT 0 CHECK (mailed IN (0, 1));
CREATE INDEX person_link_end ON person_link (ends_at);
