-- compatible: yes
ALTER TABLE node ADD COLUMN of_a_test TEXT;
CREATE TABLE of_a_test (id TEXT NOT NULL PRIMARY KEY) ${clustered};
INSERT INTO of_a_test (id) VALUES ('a');
