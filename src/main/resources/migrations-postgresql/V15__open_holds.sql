-- What is open lies apart from the history: reservation and task are written once, at the end, and never change again. Their rows were
-- updated at the end of each call before, and each update left a dead row and a new version of each index entry behind.

CREATE TABLE open_hold (
    id             TEXT   NOT NULL PRIMARY KEY,
    account_id     TEXT   NOT NULL,
    key_id         TEXT   NOT NULL,
    door           TEXT   NOT NULL,
    model          TEXT   NOT NULL,
    created_at     BIGINT NOT NULL,
    held_micros    BIGINT NOT NULL CHECK (held_micros >= 0),
    first_sequence BIGINT NOT NULL,
    last_sequence  BIGINT NOT NULL,
    node_id        TEXT   NOT NULL DEFAULT ''
) WITH (fillfactor = 50);

INSERT INTO open_hold (id, account_id, key_id, door, model, created_at, held_micros, first_sequence, last_sequence, node_id)
SELECT r.id, r.account_id, r.key_id, COALESCE(t.door, ''), COALESCE(t.model, ''), r.created_at, r.held_micros, r.first_sequence,
    r.last_sequence, r.node_id
FROM reservation r LEFT JOIN task t ON t.id = r.id WHERE r.state = 'open';

DELETE FROM task WHERE id IN (SELECT id FROM open_hold);
DELETE FROM reservation WHERE id IN (SELECT id FROM open_hold);

DROP INDEX reservation_open;
ALTER TABLE reservation DROP COLUMN node_id;
ALTER TABLE reservation ADD CONSTRAINT reservation_has_ended CHECK (state <> 'open') NOT VALID;
ALTER TABLE task ADD CONSTRAINT task_has_ended CHECK (status <> 'processing') NOT VALID;
