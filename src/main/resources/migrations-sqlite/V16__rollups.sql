-- What calls came to, added up where entries are written: an account's by the quarter of an hour (right in every time zone) and by the day
-- (UTC), the platform's by the hour and by the node that wrote it. A call counts in the quarter in which it ended, by the model as it was
-- asked for; a refund in its own. first_0 to first_9 count calls by the time to the first byte.

CREATE TABLE usage_quarter (
    account_id        TEXT   NOT NULL,
    starts_at         BIGINT NOT NULL,
    key_id            TEXT   NOT NULL,
    model             TEXT   NOT NULL,
    calls             BIGINT NOT NULL DEFAULT 0,
    failed            BIGINT NOT NULL DEFAULT 0,
    cancelled         BIGINT NOT NULL DEFAULT 0,
    prompt_tokens     BIGINT NOT NULL DEFAULT 0,
    cached_tokens     BIGINT NOT NULL DEFAULT 0,
    completion_tokens BIGINT NOT NULL DEFAULT 0,
    thoughts_tokens   BIGINT NOT NULL DEFAULT 0,
    charged_micros    BIGINT NOT NULL DEFAULT 0,
    refunded_micros   BIGINT NOT NULL DEFAULT 0,
    first_0           BIGINT NOT NULL DEFAULT 0,
    first_1           BIGINT NOT NULL DEFAULT 0,
    first_2           BIGINT NOT NULL DEFAULT 0,
    first_3           BIGINT NOT NULL DEFAULT 0,
    first_4           BIGINT NOT NULL DEFAULT 0,
    first_5           BIGINT NOT NULL DEFAULT 0,
    first_6           BIGINT NOT NULL DEFAULT 0,
    first_7           BIGINT NOT NULL DEFAULT 0,
    first_8           BIGINT NOT NULL DEFAULT 0,
    first_9           BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (account_id, starts_at, key_id, model)
) WITHOUT ROWID;

CREATE TABLE usage_day (
    account_id        TEXT   NOT NULL,
    starts_at         BIGINT NOT NULL,
    key_id            TEXT   NOT NULL,
    model             TEXT   NOT NULL,
    calls             BIGINT NOT NULL DEFAULT 0,
    failed            BIGINT NOT NULL DEFAULT 0,
    cancelled         BIGINT NOT NULL DEFAULT 0,
    prompt_tokens     BIGINT NOT NULL DEFAULT 0,
    cached_tokens     BIGINT NOT NULL DEFAULT 0,
    completion_tokens BIGINT NOT NULL DEFAULT 0,
    thoughts_tokens   BIGINT NOT NULL DEFAULT 0,
    charged_micros    BIGINT NOT NULL DEFAULT 0,
    refunded_micros   BIGINT NOT NULL DEFAULT 0,
    first_0           BIGINT NOT NULL DEFAULT 0,
    first_1           BIGINT NOT NULL DEFAULT 0,
    first_2           BIGINT NOT NULL DEFAULT 0,
    first_3           BIGINT NOT NULL DEFAULT 0,
    first_4           BIGINT NOT NULL DEFAULT 0,
    first_5           BIGINT NOT NULL DEFAULT 0,
    first_6           BIGINT NOT NULL DEFAULT 0,
    first_7           BIGINT NOT NULL DEFAULT 0,
    first_8           BIGINT NOT NULL DEFAULT 0,
    first_9           BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (account_id, starts_at, key_id, model)
) WITHOUT ROWID;

CREATE TABLE usage_hour (
    starts_at         BIGINT NOT NULL,
    node_id           TEXT   NOT NULL,
    channel           TEXT   NOT NULL,
    model             TEXT   NOT NULL,
    upstream_model    TEXT   NOT NULL,
    ending            TEXT   NOT NULL,
    calls             BIGINT NOT NULL DEFAULT 0,
    prompt_tokens     BIGINT NOT NULL DEFAULT 0,
    cached_tokens     BIGINT NOT NULL DEFAULT 0,
    completion_tokens BIGINT NOT NULL DEFAULT 0,
    thoughts_tokens   BIGINT NOT NULL DEFAULT 0,
    estimated         BIGINT NOT NULL DEFAULT 0,
    uncosted          BIGINT NOT NULL DEFAULT 0,
    charged_micros    BIGINT NOT NULL DEFAULT 0,
    refunded_micros   BIGINT NOT NULL DEFAULT 0,
    cost_micros       BIGINT NOT NULL DEFAULT 0,
    shortfall_micros  BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (starts_at, node_id, channel, model, upstream_model, ending)
) WITHOUT ROWID;

-- One row, made by the first fold: days before folded_until are in usage_day. A fold is under way to folding_until, account by account.
CREATE TABLE usage_fold (
    id            INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    folded_until  BIGINT  NOT NULL,
    folding_until BIGINT  NOT NULL,
    account_after TEXT    NOT NULL
);

-- An account's entries never go back in time: the latest time that is in one.
ALTER TABLE account ADD COLUMN last_entry_at BIGINT NOT NULL DEFAULT 0;
UPDATE account SET last_entry_at = COALESCE((SELECT MAX(e.created_at) FROM entry e WHERE e.account_id = account.id), 0);

-- What moves money beside calls is rare, and a statement begins with it.
CREATE INDEX entry_beside_calls ON entry (account_id, sequence)
    WHERE kind <> 'reservation' AND kind <> 'charge' AND kind <> 'release' AND kind <> 'expiry';

-- The model as it was asked for, where model is the answer's word; and the call's course. Of earlier calls only the latter is known.
ALTER TABLE task ADD COLUMN model_id TEXT NOT NULL DEFAULT '';
ALTER TABLE task ADD COLUMN course TEXT;
UPDATE task SET model_id = model;
CREATE INDEX task_account ON task (account_id, id);

INSERT INTO usage_quarter (account_id, starts_at, key_id, model, calls, failed, cancelled, prompt_tokens, cached_tokens,
    completion_tokens, thoughts_tokens, charged_micros)
SELECT account_id, completed_at - completed_at % 900000, key_id, model_id, COUNT(*),
    SUM(CASE WHEN status = 'failed' THEN 1 ELSE 0 END), SUM(CASE WHEN status = 'cancelled' THEN 1 ELSE 0 END),
    SUM(COALESCE(json_extract(pricing, '$.prompt_tokens'), 0)),
    SUM(COALESCE(json_extract(usage, '$.prompt_tokens_details.cached_tokens'), 0)),
    SUM(COALESCE(json_extract(pricing, '$.completion_tokens'), 0)),
    SUM(COALESCE(json_extract(pricing, '$.reasoning_tokens'), 0)), SUM(charge_micros)
FROM task WHERE completed_at IS NOT NULL
GROUP BY account_id, completed_at - completed_at % 900000, key_id, model_id;

-- Who answered and what it cost is not known of earlier calls.
INSERT INTO usage_hour (starts_at, node_id, channel, model, upstream_model, ending, calls, prompt_tokens, cached_tokens,
    completion_tokens, thoughts_tokens, estimated, uncosted, charged_micros)
SELECT completed_at - completed_at % 3600000, '', '', model_id, '', status, COUNT(*),
    SUM(COALESCE(json_extract(pricing, '$.prompt_tokens'), 0)),
    SUM(COALESCE(json_extract(usage, '$.prompt_tokens_details.cached_tokens'), 0)),
    SUM(COALESCE(json_extract(pricing, '$.completion_tokens'), 0)),
    SUM(COALESCE(json_extract(pricing, '$.reasoning_tokens'), 0)),
    SUM(CASE WHEN usage_flags LIKE '%estimated%' THEN 1 ELSE 0 END), SUM(CASE WHEN pricing IS NULL THEN 0 ELSE 1 END),
    SUM(charge_micros)
FROM task WHERE completed_at IS NOT NULL
GROUP BY completed_at - completed_at % 3600000, model_id, status;

INSERT INTO usage_hour (starts_at, node_id, channel, model, upstream_model, ending, shortfall_micros)
SELECT e.created_at - e.created_at % 3600000, '', '', t.model_id, '', t.status, SUM(e.amount_micros)
FROM entry e JOIN task t ON t.id = e.reservation_id
WHERE e.from_bucket = 'shortfall' AND e.kind = 'charge' AND t.completed_at IS NOT NULL
GROUP BY e.created_at - e.created_at % 3600000, t.model_id, t.status
ON CONFLICT (starts_at, node_id, channel, model, upstream_model, ending)
DO UPDATE SET shortfall_micros = usage_hour.shortfall_micros + excluded.shortfall_micros;
