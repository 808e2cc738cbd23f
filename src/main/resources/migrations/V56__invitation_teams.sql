-- The ids of the teams that an invitation to an account puts a person in, with commas between them.
-- Older programs read on.
ALTER TABLE person_link ADD COLUMN teams TEXT NOT NULL DEFAULT '';
