-- compatible: yes
--
-- A server that does not know the table tells of such models in its log alone.

-- The models that have answered for others: by channel, the upstream's name of the model that was sent, and of the one that answered (C13). At most 20
-- pairs of a channel, then 'other' for both names. No two rows have the same time, and a later row has a later one. Rows are kept.
CREATE TABLE answered_by (
    channel  TEXT   NOT NULL,
    sent     TEXT   NOT NULL,
    answered TEXT   NOT NULL,
    first_at BIGINT NOT NULL,
    PRIMARY KEY (channel, sent, answered)
) ${clustered};
