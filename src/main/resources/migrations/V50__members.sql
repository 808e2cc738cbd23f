-- Who belongs to an account, and with which role. One row is live for an account and a person; one that has ended stays, for the history of its
-- keys. No reference leads to person: older programs delete people, and leave these rows. Each person becomes an owner. Rows that older programs would
-- pass over are those of another role, of a second membership of a person, and of one that has ended.
-- Older programs are shut out by MEMBERS.
CREATE TABLE member (
    id         TEXT    NOT NULL PRIMARY KEY,
    account_id TEXT    NOT NULL REFERENCES account (id),
    person_id  TEXT    NOT NULL,
    role       TEXT    NOT NULL CHECK (role IN ('owner', 'admin', 'billing', 'member', 'viewer')),
    notices    INTEGER NOT NULL DEFAULT 1 CHECK (notices IN (0, 1)),
    created_at BIGINT  NOT NULL,
    left_at    BIGINT
);

CREATE UNIQUE INDEX member_live ON member (account_id, person_id) WHERE left_at IS NULL;
CREATE INDEX member_person ON member (person_id);

INSERT INTO member (id, account_id, person_id, role, created_at)
SELECT 'mem_' || substr(id, 5), account_id, id, 'owner', created_at FROM person;

-- The account whose pages a session shows; without one, that in which the person's sign-in begins.
ALTER TABLE session ADD COLUMN account_id TEXT;

-- The role that an invitation to an account gives; without one, owner.
ALTER TABLE person_link ADD COLUMN role TEXT;

CREATE INDEX person_link_account ON person_link (account_id);
