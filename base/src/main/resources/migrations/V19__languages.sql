-- compatible: yes
--
-- A server that does not know the columns writes its pages and mails in English.

-- The tag of the language that a person has chosen for pages and mails, like zh-Hans; null: the browser's for pages, the account's for mails.
ALTER TABLE person ADD COLUMN language TEXT;

-- The language of mails to an account's people who have chosen none; null: the operator's setting.
ALTER TABLE account ADD COLUMN language TEXT;
