-- Credits that an organization, its teams, members and keys may spend in a window of its own calendar. An owner is 'account', 'each_member' or the
-- id of a member, a team or a key. Without a limit a member's budget counts and refuses nothing.
-- Older programs are shut out by BUDGETS.
CREATE TABLE budget (
    account_id   TEXT   NOT NULL REFERENCES account (id),
    owner        TEXT   NOT NULL,
    kind         TEXT   NOT NULL CHECK (kind IN ('hour', 'day', 'week', 'month', 'total')),
    limit_micros BIGINT CHECK (limit_micros >= 0),
    -- Calls that began before it do not count (milliseconds).
    since        BIGINT NOT NULL,
    PRIMARY KEY (account_id, owner, kind)
) ${clustered};

-- What an owner has spent and holds in a window, while a budget needs it. Rows go 35 days after their end.
CREATE TABLE budget_window (
    account_id     TEXT   NOT NULL REFERENCES account (id),
    owner          TEXT   NOT NULL,
    kind           TEXT   NOT NULL CHECK (kind IN ('hour', 'day', 'week', 'month', 'total')),
    starts_at      BIGINT NOT NULL,
    -- The largest number for a window without end.
    ends_at        BIGINT NOT NULL,
    charged_micros BIGINT NOT NULL CHECK (charged_micros >= 0),
    held_micros    BIGINT NOT NULL CHECK (held_micros >= 0),
    PRIMARY KEY (account_id, owner, kind, starts_at)
) ${clustered};

-- Grows with each change of the budgets, of the time zone and of a team's name; 0 while there never was one.
ALTER TABLE account ADD COLUMN budgets_version BIGINT NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN time_zone TEXT NOT NULL DEFAULT 'UTC';
ALTER TABLE account ADD COLUMN time_zone_at BIGINT NOT NULL DEFAULT 0;

-- The member and the team of a running call's key; empty: none.
ALTER TABLE open_hold ADD COLUMN member_id TEXT NOT NULL DEFAULT '';
ALTER TABLE open_hold ADD COLUMN team_id TEXT NOT NULL DEFAULT '';
