-- compatible: yes
--
-- A server that does not know the table has no status page.

-- What the operator announces on the public status page, numbered from 1. An end is after its beginning; null: until the operator ends it.
CREATE TABLE announcement (
    number     BIGINT NOT NULL PRIMARY KEY CHECK (number > 0),
    text       TEXT   NOT NULL,
    begins_at  BIGINT NOT NULL,
    ends_at    BIGINT CHECK (ends_at > begins_at),
    created_at BIGINT NOT NULL
) ${clustered};

CREATE INDEX announcement_by_end ON announcement (ends_at);
