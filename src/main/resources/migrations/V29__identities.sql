-- By whom somebody is known at a provider of sign-ins (OpenID Connect): issuer and subject, never an address of mail. Who has no password has
-- an empty hash, which no password has.
CREATE TABLE person_identity (
    issuer    TEXT   NOT NULL,
    subject   TEXT   NOT NULL,
    person_id TEXT   NOT NULL REFERENCES person (id),
    -- What the provider calls them, to be shown to them alone.
    label     TEXT   NOT NULL,
    linked_at BIGINT NOT NULL,
    used_at   BIGINT,
    PRIMARY KEY (issuer, subject),
    UNIQUE (person_id, issuer)
);
