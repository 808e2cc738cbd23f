-- Tags and end users of calls. A label is one value of a name; the name of end users is empty. Tasks have the numbers of their labels, with spaces
-- between them. A number is never used again; an erased value is empty.
-- Older programs are shut out by LABELS.
CREATE TABLE label (
    account_id  TEXT   NOT NULL REFERENCES account (id),
    number      BIGINT NOT NULL,
    name        TEXT   NOT NULL,
    value       TEXT   NOT NULL,
    -- The first milliseconds of days (UTC): of the first call and of the last call or refund.
    created_day BIGINT NOT NULL,
    used_day    BIGINT NOT NULL,
    PRIMARY KEY (account_id, number)
) ${clustered};

CREATE UNIQUE INDEX label_value ON label (account_id, name, value) WHERE value <> '';

-- The usage of a label by the first millisecond of a day (UTC), as in usage_quarter.
CREATE TABLE usage_label (
    account_id        TEXT   NOT NULL,
    day               BIGINT NOT NULL,
    number            BIGINT NOT NULL,
    model             TEXT   NOT NULL,
    calls             BIGINT NOT NULL DEFAULT 0,
    failed            BIGINT NOT NULL DEFAULT 0,
    cancelled         BIGINT NOT NULL DEFAULT 0,
    prompt_tokens     BIGINT NOT NULL DEFAULT 0,
    cached_tokens     BIGINT NOT NULL DEFAULT 0,
    completion_tokens BIGINT NOT NULL DEFAULT 0,
    thoughts_tokens   BIGINT NOT NULL DEFAULT 0,
    searches          BIGINT NOT NULL DEFAULT 0,
    charged_micros    BIGINT NOT NULL DEFAULT 0,
    refunded_micros   BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (account_id, day, number, model)
) ${clustered};

-- The names of tags that the organization has declared, with spaces between them, and whether end users are counted. The usage of labels is kept from
-- the day labels_from on (its first millisecond, UTC).
ALTER TABLE account ADD COLUMN tag_names TEXT NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN end_users INTEGER NOT NULL DEFAULT 0 CHECK (end_users IN (0, 1));
ALTER TABLE account ADD COLUMN labels_from BIGINT NOT NULL DEFAULT 0;

-- The labels of a running call: name=value on each line, the end user's without a name.
ALTER TABLE open_hold ADD COLUMN labels TEXT NOT NULL DEFAULT '';

ALTER TABLE task ADD COLUMN labels TEXT NOT NULL DEFAULT '';

-- The address of a webhook is encrypted. Those of development builds are readable, and are deleted.
DELETE FROM webhook_delivery WHERE webhook_id IN (SELECT id FROM webhook WHERE url LIKE 'http%');
DELETE FROM webhook WHERE url LIKE 'http%';
