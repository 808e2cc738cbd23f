-- compatible: yes
--
-- Free pages of an embedded database still have what earlier releases deleted. The row says so until a server has filled them with zeros (FreePages).
INSERT INTO installation (name, value) SELECT 'free_pages', 'old' WHERE EXISTS (SELECT 1 FROM account);
