-- The server asked for each row of a call whether what it refers to is there, nine times a call and a third of its work. The writer has
-- locked or written what they refer to in the same transaction, nothing is ever deleted from these tables, and the books' check finds rows
-- that belong to nothing.

ALTER TABLE reservation DROP CONSTRAINT reservation_account_id_fkey;
ALTER TABLE entry DROP CONSTRAINT entry_account_id_fkey;
ALTER TABLE entry DROP CONSTRAINT entry_reservation_id_fkey;
ALTER TABLE task DROP CONSTRAINT task_id_fkey;
ALTER TABLE receipt DROP CONSTRAINT receipt_task_id_fkey;
