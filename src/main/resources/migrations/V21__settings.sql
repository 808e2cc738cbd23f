-- Settings that the operator has changed while the program runs. Arguments, environment and file win over them.
CREATE TABLE setting (
    name       TEXT   NOT NULL PRIMARY KEY,
    value      TEXT   NOT NULL,
    changed_at BIGINT NOT NULL
) ${clustered};
