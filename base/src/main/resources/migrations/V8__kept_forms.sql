-- compatible: yes
--
-- Kept responses of further doors. A server that does not know the column keeps and finds responses of the Responses door.

-- The door that can read the response.
ALTER TABLE kept_response ADD COLUMN form TEXT NOT NULL DEFAULT 'responses';
