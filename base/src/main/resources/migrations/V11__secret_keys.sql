-- compatible: yes
--
-- A server that does not know the column has one key, that of form 1 (C23).

-- The ids of the secret keys that the server has, the one that seals first, with commas between them.
ALTER TABLE node ADD COLUMN secret_keys TEXT;
