-- compatible: yes
--
-- The events that a webhook receives, with blanks between them; without a choice it receives all.
ALTER TABLE webhook ADD COLUMN events TEXT;
