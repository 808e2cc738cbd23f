-- compatible: no
--
-- The tables of an installation, the same on SQLite and PostgreSQL 15. Amounts are micro-credits, times are milliseconds
-- since 1970 (UTC), days and hours are named by their first millisecond. What only one of the two databases understands is in a file of the same
-- name in migrations-sqlite/ or migrations-postgresql/.
--
-- ${clustered} keeps the rows of a table in the tree of its primary key: one tree to write instead of two. Tables with large rows are not
-- clustered: a row of more than 1,002 bytes would get a page of its own. PostgreSQL has no such tables. ${bytes} is the type of a text of bytes.
--
-- The tables that each call writes have no REFERENCES: the writer has locked or written what a row refers to in the same transaction, and
-- ./tollgate ledger verify finds rows that belong to nothing. Their CHECKs use OR: SQLite builds the list of an IN for each row.


-- Accounts and money --------------------------------------------------------------------------------------------------------------------------

CREATE TABLE account (
    id               TEXT   NOT NULL PRIMARY KEY,
    name             TEXT   NOT NULL,
    created_at       BIGINT NOT NULL,
    blocked          INTEGER NOT NULL DEFAULT 0 CHECK (blocked IN (0, 1)),
    -- The credits that are available, held for running calls, bought or granted in all, and spent in all.
    balance_micros   BIGINT NOT NULL DEFAULT 0 CHECK (balance_micros >= 0),
    reserved_micros  BIGINT NOT NULL DEFAULT 0 CHECK (reserved_micros >= 0),
    purchased_micros BIGINT NOT NULL DEFAULT 0 CHECK (purchased_micros >= 0),
    consumed_micros  BIGINT NOT NULL DEFAULT 0 CHECK (consumed_micros >= 0),
    -- The number and the time of the newest call that has ended, or entry. Numbers never go back in time.
    last_number      BIGINT NOT NULL DEFAULT 0 CHECK (last_number >= 0),
    last_number_at   BIGINT NOT NULL DEFAULT 0,
    -- The end of the account's chain of receipts: their number, and the hash of the last one.
    receipts         BIGINT NOT NULL DEFAULT 0 CHECK (receipts >= 0),
    receipt_hash     ${bytes},
    -- What all keys of the account together may spend in a calendar hour, a calendar day (UTC) and in all; the operator's choice. While one of them
    -- is set, the account has rows in spend_window under its own id.
    spend_hour       BIGINT CHECK (spend_hour >= 0),
    spend_day        BIGINT CHECK (spend_day >= 0),
    spend_total      BIGINT CHECK (spend_total >= 0),
    -- The row of a deleted account stays for its entries, without a name, blocked for good.
    deleted_at       BIGINT,
    -- The part of balance and holds that was given for nothing while only the sandbox answered. It buys only what the sandbox answers.
    sandbox_micros   BIGINT NOT NULL DEFAULT 0 CHECK (sandbox_micros >= 0),
    -- Grows with each change of the budgets, of the time zone and of a team's name; 0 while there never was one.
    budgets_version  BIGINT NOT NULL DEFAULT 0,
    time_zone        TEXT   NOT NULL DEFAULT 'UTC',
    time_zone_at     BIGINT NOT NULL DEFAULT 0,
    -- The names of tags that the organization has declared, with spaces between them, and whether end users are counted. The usage of labels is
    -- kept from the day labels_from on.
    tag_names        TEXT   NOT NULL DEFAULT '',
    end_users        INTEGER NOT NULL DEFAULT 0 CHECK (end_users IN (0, 1)),
    labels_from      BIGINT NOT NULL DEFAULT 0,
    -- The number of the newest row of account_log.
    log_number       BIGINT NOT NULL DEFAULT 0,
    CONSTRAINT account_adds_up CHECK (balance_micros + reserved_micros + consumed_micros = purchased_micros)
) ${clustered};

CREATE INDEX account_by_age ON account (created_at, id);
CREATE INDEX account_budgeted ON account (id) WHERE budgets_version > 0;

-- The rates of all keys of an account together; the operator's choice.
CREATE TABLE account_rates (
    account_id  TEXT   NOT NULL PRIMARY KEY REFERENCES account (id),
    requests    BIGINT CHECK (requests > 0),
    tokens      BIGINT CHECK (tokens > 0),
    concurrency BIGINT CHECK (concurrency > 0)
) ${clustered};

-- The holds of running calls; the id is the call's. The row goes when the call ends.
CREATE TABLE open_hold (
    id             TEXT   NOT NULL PRIMARY KEY,
    account_id     TEXT   NOT NULL,
    key_id         TEXT   NOT NULL,
    door           TEXT   NOT NULL,
    model          TEXT   NOT NULL,
    created_at     BIGINT NOT NULL,
    held_micros    BIGINT NOT NULL CHECK (held_micros >= 0),
    -- The node that runs the call; empty in an embedded database.
    node_id        TEXT   NOT NULL DEFAULT '',
    -- The member and the team of the key; empty: none.
    member_id      TEXT   NOT NULL DEFAULT '',
    team_id        TEXT   NOT NULL DEFAULT '',
    -- The call's labels: name=value on each line, the end user's without a name.
    labels         TEXT   NOT NULL DEFAULT '',
    -- Whether a call that may search holds less than its most (D31). An account may have few of them, which are counted here.
    on_less        INTEGER NOT NULL DEFAULT 0 CHECK (on_less IN (0, 1))
) ${clustered};

CREATE INDEX open_hold_on_less ON open_hold (account_id) WHERE on_less = 1;

-- Movements of credits that belong to no call's run, one row for each request: top-ups, refunds, reversals of payments, adjustments. Immutable. They
-- share the numbers with the account's calls. funding, revenue and shortfall are the platform's: what moves between them and the balance follows from
-- kind and sign, and no row sums them up.
CREATE TABLE entry (
    account_id           TEXT   NOT NULL,
    number               BIGINT NOT NULL CHECK (number > 0),
    created_at           BIGINT NOT NULL,
    kind                 TEXT   NOT NULL CHECK (kind IN ('top_up', 'refund', 'reversal', 'adjustment')),
    -- The change of the balance, and the platform's part of a reversal: negative if it debits. Together they are what was asked for.
    amount_micros        BIGINT NOT NULL,
    missing_micros       BIGINT NOT NULL DEFAULT 0,
    -- The balance after it, with what is held.
    balance_after_micros BIGINT NOT NULL CHECK (balance_after_micros >= 0),
    reason               TEXT,
    -- The id of the request, so that it is done once.
    request_id           TEXT,
    -- The call of a refund.
    task_id              TEXT,
    PRIMARY KEY (account_id, number),
    CONSTRAINT entry_moves CHECK (amount_micros <> 0 OR missing_micros <> 0)
) ${clustered};

CREATE UNIQUE INDEX entry_request ON entry (account_id, request_id) WHERE request_id IS NOT NULL;
CREATE INDEX entry_task ON entry (task_id) WHERE task_id IS NOT NULL;

-- What a key has spent and holds in a calendar hour, a calendar day (UTC) and in all. It is counted without a limit, too, so that a limit that is
-- set later knows what was used before.
CREATE TABLE spend_window (
    key_id         TEXT   NOT NULL,
    kind           TEXT   NOT NULL CHECK (kind IN ('hour', 'day', 'total')),
    starts_at      BIGINT NOT NULL,
    charged_micros BIGINT NOT NULL CHECK (charged_micros >= 0),
    held_micros    BIGINT NOT NULL CHECK (held_micros >= 0),
    PRIMARY KEY (key_id, kind, starts_at)
) ${clustered};

-- Credits that an organization, its teams, members and keys may spend in a window of its own calendar. An owner is 'account', 'each_member' or the
-- id of a member, a team or a key. Without a limit a member's budget counts and refuses nothing.
CREATE TABLE budget (
    account_id   TEXT   NOT NULL REFERENCES account (id),
    owner        TEXT   NOT NULL,
    kind         TEXT   NOT NULL CHECK (kind IN ('hour', 'day', 'week', 'month', 'total')),
    limit_micros BIGINT CHECK (limit_micros >= 0),
    -- Calls that began before it do not count.
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

-- Pages, notices and the deletion of old windows look for the windows of an account that end after a time, or before it.
CREATE INDEX budget_window_end ON budget_window (account_id, ends_at);

-- The highest step of a budget's use, 50, 80 or 100 percent, that was mailed for one of its windows. Rows go 35 days after the window.
CREATE TABLE budget_notice (
    account_id TEXT    NOT NULL REFERENCES account (id),
    owner      TEXT    NOT NULL,
    kind       TEXT    NOT NULL CHECK (kind IN ('hour', 'day', 'week', 'month', 'total')),
    starts_at  BIGINT  NOT NULL,
    ends_at    BIGINT  NOT NULL,
    percent    INTEGER NOT NULL CHECK (percent BETWEEN 1 AND 100),
    PRIMARY KEY (account_id, owner, kind, starts_at)
) ${clustered};


-- Calls -----------------------------------------------------------------------------------------------------------------------------------

-- One row for each call that has ended, written once, in the commit that ends it, and never changed. What was asked and answered is never in it. Rows
-- lie in the order of their commits. What follows from a row has no column: a call is settled if it has a price, abandoned calls' holds expired,
-- due - charged above 0 is the shortfall, charged above due means that the whole hold was charged.
CREATE TABLE call (
    -- In the sequence of its account, from 1 without gaps over calls and entries together.
    number                BIGINT NOT NULL CHECK (number > 0),
    created_at            BIGINT NOT NULL,
    -- Not before the account's earlier numbers.
    ended_at              BIGINT NOT NULL,
    -- The steps in microseconds from the request's arrival: the hold was decided, the first upstream was asked, the first byte came, nothing more was
    -- to come, the end went to the books.
    reserved_us           BIGINT,
    asked_us              BIGINT,
    first_byte_us         BIGINT,
    done_us               BIGINT,
    settled_us            BIGINT,
    -- The first hold and all extensions. It never falls.
    held_micros           BIGINT NOT NULL,
    charged_micros        BIGINT NOT NULL,
    -- The price of the counts; 0 without a price.
    due_micros            BIGINT NOT NULL CHECK (due_micros >= 0),
    -- The part of the charge that was sandbox credits: refunds give that back as such credits.
    sandbox_micros        BIGINT NOT NULL CHECK (sandbox_micros >= 0),
    -- The balance after it, with what is held.
    balance_after_micros  BIGINT NOT NULL CHECK (balance_after_micros >= 0),
    -- The account's receipts up to and with this call: its own sequence if something was charged.
    receipts              BIGINT NOT NULL,
    -- The upstream's counts, 0 for one that was not told; NULL where the call has no price.
    prompt_tokens         BIGINT,
    tool_tokens           BIGINT,
    completion_tokens     BIGINT,
    reasoning_tokens      BIGINT,
    cached_tokens         BIGINT,
    cached_audio_tokens   BIGINT,
    audio_tokens          BIGINT,
    image_tokens          BIGINT,
    text_tokens           BIGINT,
    searches              BIGINT,
    -- When the price was in force, and the step of the price that the prompt is above.
    priced_at             BIGINT,
    step                  BIGINT,
    -- The maximum that a call ran with whose balance did not cover more (D31).
    max_tokens_applied    BIGINT,
    -- What all attempts cost the operator; NULL if the cost of one is not known.
    cost_micros           BIGINT,
    -- The use of the provider's cache (A24).
    cache_expected_tokens BIGINT,
    cache_idle_seconds    BIGINT,
    saved_micros          BIGINT,
    missed_micros         BIGINT,
    -- Bits: 1 the usage is estimated, 2 it was clamped, 4 the reported total is not the sum of its parts, 8 the shortfall counts against the account
    -- (D33), 16 the response was streamed, 32 the call compacted a conversation, 64 the cost is the one that the upstream reported, 128 it reported
    -- one that is not believed, 256 the call held less than its most (D31).
    flags                 BIGINT NOT NULL,
    -- The number of the key that signs the receipt; NULL where nothing was charged.
    receipt_key           BIGINT,
    account_id            TEXT   NOT NULL,
    id                    TEXT   NOT NULL,
    key_id                TEXT   NOT NULL,
    -- The numbers of the call's labels, with spaces between them.
    labels                TEXT,
    door                  TEXT   NOT NULL,
    -- The model as it was asked for, and as the answer named it if that is another name.
    model_id              TEXT   NOT NULL,
    model                 TEXT,
    ending                TEXT   NOT NULL
        CHECK (ending = 'completed' OR ending = 'cut' OR ending = 'cancelled' OR ending = 'failed' OR ending = 'abandoned'),
    error_code            TEXT,
    error_message         TEXT,
    -- How the usage is printed: in tokens, in units, or as OpenAI counts.
    usage_form            TEXT,
    -- The version of the price, the service tier that is charged, and the one that was granted if that is another.
    price                 TEXT,
    tier                  TEXT,
    tier_granted          TEXT,
    request_id            TEXT,
    -- The channel that answered or was asked last, and the upstream's names of the model and of the answer.
    channel               TEXT,
    upstream_model        TEXT,
    upstream_id           TEXT,
    -- The provider's word for the filter that stopped the response.
    filter                TEXT,
    -- The fields without effect, a line each.
    ignored               TEXT,
    -- The version of the upstream's list price.
    cost_price            TEXT,
    -- What names the session, why fewer tokens were cached than the half, and the field where the prompt has changed.
    cache_session         TEXT,
    cache_reason          TEXT,
    cache_place           TEXT,
    -- JSON, only of a call with more than one attempt, a failed one, or further costs: all attempts, and the cost of each with its counts.
    attempts              TEXT,
    -- JSON: the limit or budget that has cut the response, by its owner's id.
    stopped_by            TEXT,
    -- The SHA-256 of the receipt, which is rendered from this row in its RFC 8785 form without the signature: what is hashed and signed, to the byte.
    receipt_hash          ${bytes},
    CONSTRAINT call_charged_within CHECK (charged_micros >= 0 AND charged_micros <= held_micros AND sandbox_micros <= charged_micros)
);

CREATE UNIQUE INDEX call_number ON call (account_id, number);
CREATE UNIQUE INDEX call_id ON call (id);
-- A call that the balance covers only in part asks how often the account's calls have fallen short today. Shortfalls are rare.
CREATE INDEX call_short ON call (account_id, ended_at) WHERE due_micros > charged_micros;

-- Ed25519. The private part is sealed with the installation's secret key; a retired key is kept for the receipts that name it.
CREATE TABLE signing_key (
    id             TEXT   NOT NULL PRIMARY KEY,
    -- From 1, in the order in which they were set.
    number         BIGINT NOT NULL UNIQUE CHECK (number > 0),
    public_key     TEXT   NOT NULL,
    sealed_private TEXT   NOT NULL,
    created_at     BIGINT NOT NULL,
    retired_at     BIGINT
) ${clustered};

-- One signs at a time, however many programs start at once.
CREATE UNIQUE INDEX signing_key_active ON signing_key (COALESCE(retired_at, 0)) WHERE retired_at IS NULL;

-- What each version of a price means, for good: prices of the catalogue's file and upstreams' list prices, as the first start with them has read them,
-- and prices that operators have set, of which the newest of a model holds and wins over the file's. Rows are only added, before the first call that
-- names them. An upstream's list price has a version made from its terms: cost- and the begin of their SHA-256.
CREATE TABLE price (
    version    TEXT   NOT NULL PRIMARY KEY,
    kind       TEXT   NOT NULL CHECK (kind IN ('file', 'set', 'cost')),
    -- From 1 within its kind, in the order of the commits.
    number     BIGINT NOT NULL CHECK (number > 0),
    -- Empty for an upstream's list price, which several models can have.
    model_id   TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    -- The time from which a price that was set is in force. NULL: from the time at which it was set.
    from_at    BIGINT,
    -- The tariff as JSON, with the names of the catalogue and rates in credits; of a sale also whether reasoning is billed, and the rounding.
    terms      TEXT   NOT NULL,
    -- The first eight bytes of the SHA-256 of all the columns above, by which an altered rate is found, also one of a tier that no call has had.
    proof      BIGINT NOT NULL,
    UNIQUE (kind, number)
) ${clustered};

CREATE INDEX price_model ON price (model_id, number);

-- A claimed idempotency key and the answer that is kept under it. The caller's key and body are here as SHA-256 only; an answer's bytes lie sealed
-- in a file that is named after the task.
CREATE TABLE kept_answer (
    key_id      TEXT   NOT NULL,
    name_hash   TEXT   NOT NULL,
    body_hash   TEXT   NOT NULL,
    task_id     TEXT   NOT NULL UNIQUE,
    account_id  TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    state       TEXT   NOT NULL CHECK (state IN ('running', 'kept', 'dropped')),
    settled_at  BIGINT,
    bytes       BIGINT NOT NULL DEFAULT 0 CHECK (bytes >= 0),
    hash        TEXT,
    -- The whole answer, compressed and sealed, if it is small and several nodes share the database: the file lies with the node that made it.
    sealed_copy ${bytes},
    PRIMARY KEY (key_id, name_hash),
    CONSTRAINT kept_answer_settles CHECK ((state = 'running') = (settled_at IS NULL)),
    CONSTRAINT kept_answer_refers CHECK ((state = 'kept') = (hash IS NOT NULL))
) ${clustered};

CREATE INDEX kept_answer_age ON kept_answer (settled_at, task_id) WHERE settled_at IS NOT NULL;
CREATE INDEX kept_answer_of_account ON kept_answer (account_id, settled_at, task_id) WHERE state = 'kept';

-- What an account's kept answers take on disk: the sum of their bytes, counted along so that nobody has to add them up.
CREATE TABLE answer_share (
    account_id TEXT   NOT NULL PRIMARY KEY,
    bytes      BIGINT NOT NULL CHECK (bytes >= 0)
) ${clustered};

-- Responses that a caller may read again and continue from: input and response of a call, compressed and sealed, by the id of its task.
CREATE TABLE kept_response (
    id          TEXT   NOT NULL PRIMARY KEY,
    account_id  TEXT   NOT NULL,
    previous_id TEXT,
    place       BIGINT NOT NULL,
    plain_bytes BIGINT NOT NULL,
    bytes       BIGINT NOT NULL CHECK (bytes > 0),
    used_at     BIGINT NOT NULL,
    sealed      ${bytes} NOT NULL,
    -- Who may read it: keys of its owner (a member's or a team's id; empty: the account) and the key that made it, by its first id.
    owner       TEXT   NOT NULL DEFAULT '',
    origin_id   TEXT   NOT NULL DEFAULT ''
);

CREATE INDEX kept_response_place ON kept_response (account_id, place);
CREATE INDEX kept_response_age ON kept_response (used_at, bytes);

-- How far an account has come on a tape of bytes: each kept response takes its size and ends at its place. What lies further back than an account's
-- share is wound off, so that neither rows nor bytes have to be counted.
CREATE TABLE kept_share (
    account_id TEXT   NOT NULL PRIMARY KEY,
    bytes      BIGINT NOT NULL CHECK (bytes >= 0)
) ${clustered};

-- What the upstream signed in its answers, for callers who do not send it back. A part of an answer is found by a keyed hash of what the caller was
-- shown of it; nothing of the call or the text can be read here, and the signature itself is sealed.
CREATE TABLE thought_signature (
    account_id  TEXT   NOT NULL,
    print       TEXT   NOT NULL,
    place       BIGINT NOT NULL,
    model       TEXT   NOT NULL,
    channel     TEXT   NOT NULL,
    is_first    BIGINT NOT NULL CHECK (is_first = 0 OR is_first = 1),
    upstream_id TEXT,
    signature   TEXT,
    used_at     BIGINT NOT NULL,
    PRIMARY KEY (account_id, print)
);

CREATE INDEX thought_signature_place ON thought_signature (account_id, place);
CREATE INDEX thought_signature_age ON thought_signature (used_at);

-- The same tape for signatures, in KiB.
CREATE TABLE signature_share (
    account_id TEXT   NOT NULL PRIMARY KEY,
    kib        BIGINT NOT NULL CHECK (kib >= 0)
) ${clustered};


-- Usage -----------------------------------------------------------------------------------------------------------------------------------
--
-- What calls came to, added up in the commits that write them. A call counts in the time in which it ended, by the model as it was asked for; a
-- refund counts in its own. first_0 to first_9 count calls by the time to the first byte.

-- An account's usage by the quarter of an hour, which is right in every time zone. costed counts the calls whose cost is known; cost_micros has all
-- their attempts. saved_micros and missed_micros are credits that the providers' caches saved and missed.
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
    searches          BIGINT NOT NULL DEFAULT 0,
    saved_micros      BIGINT NOT NULL DEFAULT 0,
    missed_micros     BIGINT NOT NULL DEFAULT 0,
    cost_micros       BIGINT NOT NULL DEFAULT 0,
    costed            BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (account_id, starts_at, key_id, model)
) ${clustered};

-- The same by the day (UTC), folded from the quarters when the day is over.
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
    searches          BIGINT NOT NULL DEFAULT 0,
    saved_micros      BIGINT NOT NULL DEFAULT 0,
    missed_micros     BIGINT NOT NULL DEFAULT 0,
    cost_micros       BIGINT NOT NULL DEFAULT 0,
    costed            BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (account_id, starts_at, key_id, model)
) ${clustered};

-- The platform's usage by the hour, the node that wrote it and the channel that answered. uncosted counts calls of unknown cost. timed_tokens and
-- timed_millis are of completed calls with a first byte: the speed of a model.
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
    searches          BIGINT NOT NULL DEFAULT 0,
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
    timed_tokens      BIGINT NOT NULL DEFAULT 0,
    timed_millis      BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (starts_at, node_id, channel, model, upstream_model, ending)
) ${clustered};

-- One row, made by the first fold: days before folded_until are in usage_day. A fold is under way to folding_until, account by account. corrections
-- counts how often usage was counted into days that are over: finished days that a reader keeps in memory hold as long as it stays.
CREATE TABLE usage_fold (
    id            INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    folded_until  BIGINT  NOT NULL,
    folding_until BIGINT  NOT NULL,
    account_after TEXT    NOT NULL,
    corrections   BIGINT  NOT NULL DEFAULT 0
);

-- Tags and end users of calls. A label is one value of a name; the name of end users is empty. A number is never used again; an erased value is
-- empty.
CREATE TABLE label (
    account_id  TEXT   NOT NULL REFERENCES account (id),
    number      BIGINT NOT NULL,
    name        TEXT   NOT NULL,
    value       TEXT   NOT NULL,
    -- The first eight bytes of the SHA-256 of account, name and value, by which an altered name is found; 0 of an erased value.
    proof       BIGINT NOT NULL,
    -- The days of the first call and of the last call or refund.
    created_day BIGINT NOT NULL,
    used_day    BIGINT NOT NULL,
    PRIMARY KEY (account_id, number)
) ${clustered};

CREATE UNIQUE INDEX label_value ON label (account_id, name, value) WHERE value <> '';

-- The usage of a label by the day (UTC), as in usage_quarter.
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


-- Keys ------------------------------------------------------------------------------------------------------------------------------------

-- API keys. The key itself is not here, only its SHA-256 in lower-case hex. Lists are separated by one space.
CREATE TABLE api_key (
    id               TEXT   NOT NULL PRIMARY KEY,
    account_id       TEXT   NOT NULL REFERENCES account (id),
    hash             TEXT   NOT NULL UNIQUE,
    prefix           TEXT   NOT NULL,
    name             TEXT   NOT NULL,
    kind             TEXT   NOT NULL CHECK (kind IN ('api', 'management')),
    disabled         INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
    allow            TEXT   NOT NULL DEFAULT '',
    models           TEXT   NOT NULL DEFAULT '',
    spend_hour       BIGINT CHECK (spend_hour >= 0),
    spend_day        BIGINT CHECK (spend_day >= 0),
    spend_total      BIGINT CHECK (spend_total >= 0),
    rate_requests    BIGINT CHECK (rate_requests > 0),
    rate_tokens      BIGINT CHECK (rate_tokens > 0),
    rate_concurrency BIGINT CHECK (rate_concurrency > 0),
    expires_at       BIGINT,
    last_used_at     BIGINT,
    created_at       BIGINT NOT NULL,
    -- The order in which keys were made, roughly: servers that share a database learn of new keys by reading what comes after the last number that
    -- they have seen. Two that make keys at the same instant may give the same number.
    number           BIGINT NOT NULL DEFAULT 0,
    -- A hidden key has no secret (its hash is that of a text which is none) and stands in no list.
    hidden           INTEGER NOT NULL DEFAULT 0,
    -- Counts the changes.
    version          BIGINT NOT NULL DEFAULT 1,
    -- A deleted key's row stays, since its history is told by its name.
    deleted_at       BIGINT,
    -- After a rotation the secret before the present one is good until old_until.
    old_hash         TEXT,
    old_until        BIGINT,
    -- Whose a key is: a member's, a team's, a member's in a team, or the account's if both are empty.
    member_id        TEXT   NOT NULL DEFAULT '',
    team_id          TEXT   NOT NULL DEFAULT '',
    -- A key that is moved gets a new row; the old one keeps its history and names the new one in moved_to. origin_id is the first id in such a
    -- chain; empty: the key's own.
    origin_id        TEXT   NOT NULL DEFAULT '',
    moved_to         TEXT   NOT NULL DEFAULT '',
    -- The person or key that made it.
    created_by       TEXT   NOT NULL DEFAULT '',
    -- The settings that its member may not change back.
    locked           TEXT   NOT NULL DEFAULT '',
    -- Set while a person who has left may know its secret.
    marked           TEXT   NOT NULL DEFAULT '',
    -- The rights of a management key; the first three if empty.
    scopes           TEXT   NOT NULL DEFAULT '',
    -- The tags of its calls: name=value, with spaces between them. They count if the organization has declared their names.
    tags             TEXT   NOT NULL DEFAULT ''
);

CREATE INDEX api_key_account ON api_key (account_id, id);
CREATE INDEX api_key_number ON api_key (number);
CREATE INDEX api_key_old_hash ON api_key (old_hash) WHERE old_hash IS NOT NULL;
CREATE INDEX api_key_owned ON api_key (account_id) WHERE member_id <> '' OR team_id <> '';
-- Keys that were deleted before a call was made with them: they are erased after a day.
CREATE INDEX api_key_unused ON api_key (deleted_at) WHERE deleted_at IS NOT NULL AND last_used_at IS NULL;

-- The keys that were mailed because they expire soon, with the time of their end, or are unused, with the time of their last use.
CREATE TABLE key_notice (
    key_id     TEXT   NOT NULL,
    kind       TEXT   NOT NULL CHECK (kind IN ('expiring', 'unused')),
    account_id TEXT   NOT NULL REFERENCES account (id),
    told       BIGINT NOT NULL,
    PRIMARY KEY (key_id, kind)
) ${clustered};


-- People and organizations ----------------------------------------------------------------------------------------------------------------

-- Who signs in, customers and operators. Secrets are hashes (passwords by Argon2id, the rest, which is random, by SHA-256) or sealed.
CREATE TABLE person (
    id             TEXT   NOT NULL PRIMARY KEY,
    account_id     TEXT   NOT NULL REFERENCES account (id),
    -- What is typed at the door: the mail's address in lower case, or the first operator's word.
    login          TEXT   NOT NULL UNIQUE,
    email          TEXT,
    confirmed_at   BIGINT,
    name           TEXT   NOT NULL,
    role           TEXT   NOT NULL CHECK (role IN ('user', 'operator')),
    -- Empty, which no password has, for a person who signs in at a provider only.
    password_hash  TEXT   NOT NULL,
    password_due   INTEGER NOT NULL DEFAULT 0 CHECK (password_due IN (0, 1)),
    zone           TEXT   NOT NULL DEFAULT 'UTC',
    theme          TEXT   NOT NULL DEFAULT 'system' CHECK (theme IN ('system', 'light', 'dark')),
    shortcuts      INTEGER NOT NULL DEFAULT 1 CHECK (shortcuts IN (0, 1)),
    balance_line   BIGINT,
    key_notices    INTEGER NOT NULL DEFAULT 1 CHECK (key_notices IN (0, 1)),
    totp_secret    TEXT,
    totp_step      BIGINT NOT NULL DEFAULT 0,
    version        BIGINT NOT NULL DEFAULT 1,
    created_at     BIGINT NOT NULL,
    -- Whether dollars or credits come first; empty: as the operator has set.
    money          TEXT   NOT NULL DEFAULT '' CHECK (money IN ('', 'dollars', 'credits'))
);

CREATE INDEX person_account ON person (account_id);

CREATE TABLE session (
    hash       TEXT   NOT NULL PRIMARY KEY,
    person_id  TEXT   NOT NULL REFERENCES person (id),
    begun_at   BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,
    -- When the password was shown last: some deeds want it to be a few minutes ago.
    proved_at  BIGINT NOT NULL,
    -- Whether the second factor is still to come.
    code_due   INTEGER NOT NULL DEFAULT 0 CHECK (code_due IN (0, 1)),
    address    TEXT   NOT NULL,
    agent      TEXT   NOT NULL,
    -- The account whose pages the session shows; without one, that in which the person's sign-in begins.
    account_id TEXT
);

CREATE INDEX session_person ON session (person_id);

-- What is sent by mail or handed over, good once: to confirm an address, to set a new password, to come in.
CREATE TABLE person_link (
    hash       TEXT   NOT NULL PRIMARY KEY,
    kind       TEXT   NOT NULL CHECK (kind IN ('confirm', 'reset', 'invite')),
    person_id  TEXT REFERENCES person (id),
    account_id TEXT REFERENCES account (id),
    email      TEXT   NOT NULL,
    made_at    BIGINT NOT NULL,
    ends_at    BIGINT NOT NULL,
    used_at    BIGINT,
    -- Whether it went to the address by mail: who uses it then has shown that the address is theirs.
    mailed     INTEGER NOT NULL DEFAULT 0 CHECK (mailed IN (0, 1)),
    -- The role that an invitation to an account gives (without one, owner), and the ids of the teams that it puts a person in, with commas between
    -- them.
    role       TEXT,
    teams      TEXT   NOT NULL DEFAULT ''
);

CREATE INDEX person_link_person ON person_link (person_id);
CREATE INDEX person_link_account ON person_link (account_id);
CREATE INDEX person_link_end ON person_link (ends_at);

CREATE TABLE recovery_code (
    person_id TEXT   NOT NULL REFERENCES person (id),
    hash      TEXT   NOT NULL,
    used_at   BIGINT,
    PRIMARY KEY (person_id, hash)
);

-- By whom somebody is known at a provider of sign-ins (OpenID Connect): issuer and subject, never an address of mail.
CREATE TABLE person_identity (
    issuer    TEXT   NOT NULL,
    subject   TEXT   NOT NULL,
    person_id TEXT   NOT NULL REFERENCES person (id),
    -- What the provider calls them, to be shown to them alone.
    label     TEXT   NOT NULL,
    linked_at BIGINT NOT NULL,
    used_at   BIGINT,
    PRIMARY KEY (issuer, subject),
    UNIQUE (person_id, issuer)
);

-- What a person was told, so that each is told once until it has recovered; the account's entry and the person's choice that this was decided on;
-- and which changes of models were mailed, each like gemini-2.5-pro@2026-12-01.
CREATE TABLE told_notice (
    person_id TEXT   NOT NULL PRIMARY KEY REFERENCES person (id),
    told      TEXT   NOT NULL,
    sequence  BIGINT NOT NULL,
    version   BIGINT NOT NULL,
    models    TEXT   NOT NULL DEFAULT ''
);

-- The warnings that a person has dismissed, by their subject, and until when.
CREATE TABLE dismissed (
    person_id TEXT   NOT NULL REFERENCES person (id),
    subject   TEXT   NOT NULL,
    until     BIGINT NOT NULL,
    PRIMARY KEY (person_id, subject)
);

-- The logins and identities that were given start credits, so that a second account gets none. A mark is a keyed hash, which stays when its account
-- is deleted: without the installation's secret key nobody can tell of whom.
CREATE TABLE started_before (
    mark TEXT NOT NULL PRIMARY KEY
) ${clustered};

-- Who belongs to an account, and with which role. One row is live for an account and a person; one that has ended stays for the history of its
-- keys, also if the person is deleted.
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

-- Teams of an account, and the members of each with their role in it. An archived team stays for the history of its keys.
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

-- What the members and keys of an account have changed in it: who, from where, before and after. The numbers of an account have no gaps. Rows are
-- only added; who is erased leaves the bare id, without the address.
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

-- The rows of account_log about members that wait to be mailed.
CREATE TABLE member_notice (
    account_id TEXT   NOT NULL REFERENCES account (id),
    number     BIGINT NOT NULL,
    PRIMARY KEY (account_id, number)
) ${clustered};

-- Addresses of an organization that receive its events. Address and secrets are sealed; the secret before the present one signs, too, until
-- old_until. failing_since is null if the last delivery arrived.
CREATE TABLE webhook (
    id            TEXT   NOT NULL PRIMARY KEY,
    account_id    TEXT   NOT NULL REFERENCES account (id),
    url           TEXT   NOT NULL,
    form          TEXT   NOT NULL CHECK (form IN ('standard', 'slack')),
    secret        TEXT   NOT NULL,
    old_secret    TEXT,
    old_until     BIGINT,
    created_at    BIGINT NOT NULL,
    failing_since BIGINT,
    disabled_at   BIGINT
);

CREATE INDEX webhook_account ON webhook (account_id);

-- Events on their way to a webhook, and for 30 days afterwards. A server that sends one moves due_at ahead, so that no other takes it.
CREATE TABLE webhook_delivery (
    id         TEXT    NOT NULL PRIMARY KEY,
    account_id TEXT    NOT NULL REFERENCES account (id),
    webhook_id TEXT    NOT NULL,
    event      TEXT    NOT NULL,
    data       TEXT    NOT NULL,
    created_at BIGINT  NOT NULL,
    due_at     BIGINT  NOT NULL,
    attempts   INTEGER NOT NULL,
    state      TEXT    NOT NULL CHECK (state IN ('waiting', 'sent', 'failed')),
    status     INTEGER NOT NULL DEFAULT 0
);

CREATE INDEX webhook_delivery_due ON webhook_delivery (due_at) WHERE state = 'waiting';
CREATE INDEX webhook_delivery_of ON webhook_delivery (webhook_id, created_at);
CREATE INDEX webhook_delivery_account ON webhook_delivery (account_id, created_at);


-- Payments --------------------------------------------------------------------------------------------------------------------------------

-- Payments by which customers get credits. A row is written before the payment provider is asked, and changes with what that says afterwards. Cents
-- of a US dollar.
CREATE TABLE payment (
    id              TEXT   NOT NULL PRIMARY KEY,
    account_id      TEXT   NOT NULL REFERENCES account (id),
    channel         TEXT   NOT NULL,
    created_at      BIGINT NOT NULL,
    net_cents       BIGINT NOT NULL CHECK (net_cents > 0),
    tax_cents       BIGINT NOT NULL DEFAULT 0 CHECK (tax_cents >= 0),
    credit_micros   BIGINT NOT NULL CHECK (credit_micros > 0),
    state           TEXT   NOT NULL,
    session_id      TEXT   UNIQUE,
    intent_id       TEXT   UNIQUE,
    url             TEXT,
    ended_at        BIGINT,
    reversed_micros BIGINT NOT NULL DEFAULT 0,
    missing_micros  BIGINT NOT NULL DEFAULT 0,
    CONSTRAINT payment_reversed CHECK (reversed_micros BETWEEN 0 AND credit_micros AND missing_micros BETWEEN 0 AND reversed_micros)
) ${clustered};

CREATE INDEX payment_of_account ON payment (account_id, created_at, id);
CREATE INDEX payment_by_age ON payment (created_at, id);

-- What the payment provider has told, each thing once. What it tells of a payment that is not known yet is kept for it.
CREATE TABLE payment_notice (
    id          TEXT   NOT NULL PRIMARY KEY,
    type        TEXT   NOT NULL,
    fact        TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    payment_id  TEXT   REFERENCES payment (id),
    intent_id   TEXT,
    object_id   TEXT,
    cents       BIGINT NOT NULL,
    outcome     TEXT   NOT NULL,
    detail      TEXT,
    replays     BIGINT NOT NULL DEFAULT 0
) ${clustered};

CREATE INDEX payment_notice_intent ON payment_notice (intent_id) WHERE intent_id IS NOT NULL;
CREATE INDEX payment_notice_payment ON payment_notice (payment_id, received_at) WHERE payment_id IS NOT NULL;
CREATE INDEX payment_notice_odd ON payment_notice (received_at, id) WHERE outcome <> 'taken' OR replays > 0;

-- Who pays, as it stands on the papers from now on; and the month, like 2026-10, whose statement was mailed last: each goes once, from one server.
CREATE TABLE billing_contact (
    account_id   TEXT   NOT NULL PRIMARY KEY REFERENCES account (id),
    name         TEXT   NOT NULL,
    address      TEXT   NOT NULL,
    vat_id       TEXT   NOT NULL,
    changed_at   BIGINT NOT NULL,
    mailed_month TEXT
) ${clustered};

-- The paper of a payment, as both sides were called then; its number is given in the commit of its credits, so that there are no gaps.
CREATE TABLE invoice (
    payment_id     TEXT   NOT NULL PRIMARY KEY REFERENCES payment (id),
    series         TEXT   NOT NULL,
    year           BIGINT NOT NULL,
    sequence       BIGINT NOT NULL CHECK (sequence > 0),
    issued_at      BIGINT NOT NULL,
    seller_name    TEXT   NOT NULL,
    seller_address TEXT   NOT NULL,
    seller_vat_id  TEXT   NOT NULL,
    buyer_name     TEXT   NOT NULL,
    buyer_address  TEXT   NOT NULL,
    buyer_vat_id   TEXT   NOT NULL,
    CONSTRAINT invoice_number UNIQUE (series, year, sequence)
) ${clustered};

-- Codes that are good for credits, once. A code has 100 random bits and is here as a hash only. One that the operator has revoked expires then.
CREATE TABLE voucher (
    sequence      BIGINT NOT NULL PRIMARY KEY CHECK (sequence > 0),
    code_hash     TEXT   NOT NULL UNIQUE,
    amount_micros BIGINT NOT NULL CHECK (amount_micros > 0),
    note          TEXT   NOT NULL,
    created_at    BIGINT NOT NULL,
    expires_at    BIGINT,
    account_id    TEXT   REFERENCES account (id),
    redeemed_at   BIGINT,
    revoked_at    BIGINT,
    CONSTRAINT voucher_redeemed CHECK ((account_id IS NULL) = (redeemed_at IS NULL))
) ${clustered};


-- The operator ----------------------------------------------------------------------------------------------------------------------------

-- What an operator has done, and who, from where, why. Rows are only added; the sequence has no gaps.
CREATE TABLE audit_log (
    sequence    BIGINT NOT NULL PRIMARY KEY CHECK (sequence > 0),
    created_at  BIGINT NOT NULL,
    actor       TEXT   NOT NULL,
    address     TEXT,
    action      TEXT   NOT NULL,
    subject     TEXT   NOT NULL,
    before_json TEXT,
    after_json  TEXT,
    reason      TEXT
) ${clustered};

CREATE INDEX audit_log_subject ON audit_log (subject, sequence);
CREATE INDEX audit_log_actor ON audit_log (actor, sequence);
CREATE INDEX audit_log_action ON audit_log (action, sequence);
CREATE INDEX audit_log_time ON audit_log (created_at, sequence);

-- Settings that the operator has changed while the program runs. Arguments, environment and file win over them.
CREATE TABLE setting (
    name       TEXT   NOT NULL PRIMARY KEY,
    value      TEXT   NOT NULL,
    changed_at BIGINT NOT NULL
) ${clustered};

-- Mails on their way out, written in the commit of the deed that causes them. The body is sealed, since it has links that open something, and is
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

-- How often something was done since the time began that ends then: mails sent, keys made, settings saved. The name says what, and has a keyed
-- print of whose.
CREATE TABLE allowance (
    name    TEXT    NOT NULL PRIMARY KEY,
    ends_at BIGINT  NOT NULL,
    used    INTEGER NOT NULL
);

CREATE INDEX allowance_end ON allowance (ends_at);


-- The installation ------------------------------------------------------------------------------------------------------------------------

-- Facts about this installation, one a row; for example what proves that the secret key of a start is the one that the data were sealed with.
CREATE TABLE installation (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- Whether the installation has had a node with a real upstream: the newest row holds, none says that it has not. Rows are only added.
CREATE TABLE installation_kind (
    sequence   BIGINT  NOT NULL PRIMARY KEY CHECK (sequence > 0),
    is_real    INTEGER NOT NULL CHECK (is_real IN (0, 1)),
    created_at BIGINT  NOT NULL
) ${clustered};

-- The three tables below have no rows in an embedded database, which has one process.

-- The nodes that serve from this database, and own the running calls that name them. A node that is here is alive: whoever finds that its lease has
-- run out takes its row away, and with it the ownership of its holds. Times are the database's own clock.
CREATE TABLE node (
    id                TEXT   NOT NULL PRIMARY KEY,
    lease_until       BIGINT NOT NULL,
    -- For people who operate the nodes: the program's version, the newest schema that it knows, and whether it takes calls.
    version           TEXT   NOT NULL DEFAULT '',
    schema_known      BIGINT NOT NULL DEFAULT 0,
    state             TEXT   NOT NULL DEFAULT 'ready',
    -- What answers its calls: real or sandbox.
    upstream          TEXT,
    -- The server that the node writes to; null where the server does not say.
    server_identifier TEXT,
    server_timeline   BIGINT
);

-- What a server leaves with each batch in the batch's own transaction, so that it can tell later whether that has taken place: a transaction's id
-- belongs to another one after a failover. took_place is 0 where a server looked for it and did not find it: then it cannot come any more.
CREATE TABLE commit_mark (
    writer     TEXT   NOT NULL,
    batch      BIGINT NOT NULL,
    took_place BIGINT NOT NULL CHECK (took_place = 0 OR took_place = 1),
    made_at    BIGINT NOT NULL,
    PRIMARY KEY (writer, batch)
);

-- The PostgreSQL servers that were the primary of these books, in the order in which nodes met them. Each has the identifier that it was made with,
-- and a timeline, which grows by one whenever a standby takes over. The newest row names the server that the books belong to. A row that an
-- operator's command has added names what was known of the server before, too.
CREATE TABLE primary_server (
    sequence          BIGINT NOT NULL PRIMARY KEY,
    identifier        TEXT   NOT NULL,
    timeline          BIGINT NOT NULL,
    former_identifier TEXT,
    former_timeline   BIGINT,
    met_at            BIGINT NOT NULL
);
