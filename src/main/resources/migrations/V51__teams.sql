-- Teams of an account, and the members of each with their role in it. An archived team stays for the history of its keys.
-- Older programs would let each key read what a team's keys have kept, and create keys for archived teams.
-- Older programs are shut out by TEAMS.
CREATE TABLE team (
    id          TEXT   NOT NULL PRIMARY KEY,
    account_id  TEXT   NOT NULL REFERENCES account (id),
    name        TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    archived_at BIGINT
);

CREATE INDEX team_account ON team (account_id, id);

CREATE TABLE team_member (
    team_id   TEXT NOT NULL REFERENCES team (id),
    member_id TEXT NOT NULL,
    role      TEXT NOT NULL CHECK (role IN ('admin', 'member')),
    PRIMARY KEY (team_id, member_id)
) ${clustered};

CREATE INDEX team_member_of ON team_member (member_id);
