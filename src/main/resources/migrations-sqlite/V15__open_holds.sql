-- What is open lies apart from the history: reservation and task are written once, at the end, and never change again. An entry may
-- belong to a hold that is open, so its table is rebuilt without the reference.

CREATE TABLE open_hold (
    id             TEXT   NOT NULL PRIMARY KEY,
    account_id     TEXT   NOT NULL REFERENCES account (id),
    key_id         TEXT   NOT NULL,
    door           TEXT   NOT NULL,
    model          TEXT   NOT NULL,
    created_at     BIGINT NOT NULL,
    held_micros    BIGINT NOT NULL CHECK (held_micros >= 0),
    first_sequence BIGINT NOT NULL,
    last_sequence  BIGINT NOT NULL,
    node_id        TEXT   NOT NULL DEFAULT ''
) WITHOUT ROWID;

INSERT INTO open_hold (id, account_id, key_id, door, model, created_at, held_micros, first_sequence, last_sequence, node_id)
SELECT r.id, r.account_id, r.key_id, COALESCE(t.door, ''), COALESCE(t.model, ''), r.created_at, r.held_micros, r.first_sequence,
    r.last_sequence, r.node_id
FROM reservation r LEFT JOIN task t ON t.id = r.id WHERE r.state = 'open';

DELETE FROM task WHERE id IN (SELECT id FROM open_hold);

CREATE TABLE new_entry (
    account_id     TEXT   NOT NULL REFERENCES account (id),
    sequence       BIGINT NOT NULL CHECK (sequence > 0),
    created_at     BIGINT NOT NULL,
    kind           TEXT   NOT NULL
        CHECK (kind = 'reservation' OR kind = 'charge' OR kind = 'release' OR kind = 'expiry' OR kind = 'top_up'
            OR kind = 'refund' OR kind = 'reversal' OR kind = 'adjustment'),
    reservation_id TEXT,
    from_bucket    TEXT   NOT NULL
        CHECK (from_bucket = 'reserved' OR from_bucket = 'available' OR from_bucket = 'funding' OR from_bucket = 'revenue'
            OR from_bucket = 'shortfall'),
    to_bucket      TEXT   NOT NULL
        CHECK (to_bucket = 'reserved' OR to_bucket = 'available' OR to_bucket = 'revenue' OR to_bucket = 'funding'
            OR to_bucket = 'shortfall'),
    amount_micros  BIGINT NOT NULL CHECK (amount_micros > 0),
    reason         TEXT,
    PRIMARY KEY (account_id, sequence),
    CONSTRAINT entry_moves CHECK (from_bucket <> to_bucket)
) WITHOUT ROWID;

INSERT INTO new_entry SELECT account_id, sequence, created_at, kind, reservation_id, from_bucket, to_bucket, amount_micros, reason
FROM entry ORDER BY account_id, sequence;

DROP TABLE entry;
ALTER TABLE new_entry RENAME TO entry;
CREATE INDEX entry_shortfall ON entry (account_id, created_at) WHERE from_bucket = 'shortfall';

DROP INDEX reservation_open;
DELETE FROM reservation WHERE id IN (SELECT id FROM open_hold);
ALTER TABLE reservation DROP COLUMN node_id;
