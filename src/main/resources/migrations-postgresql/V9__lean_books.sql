-- A call's entries are found by the numbers that its reservation keeps and not by an index of their own, which would be written
-- three times a call.

ALTER TABLE reservation ADD COLUMN first_sequence BIGINT NOT NULL DEFAULT 0;
ALTER TABLE reservation ADD COLUMN last_sequence BIGINT NOT NULL DEFAULT 0;

UPDATE reservation SET first_sequence = e.first_sequence, last_sequence = e.last_sequence
FROM (SELECT reservation_id, MIN(sequence) AS first_sequence, MAX(sequence) AS last_sequence FROM entry GROUP BY reservation_id) e
WHERE e.reservation_id = reservation.id;

DROP INDEX entry_reservation;
