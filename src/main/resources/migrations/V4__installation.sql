-- Facts about this installation, one a line; e.g. what proves that the secret key of a start is the one that the data were sealed with.

CREATE TABLE installation (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);
