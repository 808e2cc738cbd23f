-- What each charge is proven with: one chain of receipts for each account, its sequence from 1 without gaps. A body is the
-- receipt in its RFC 8785 form without the signature, to the byte what is hashed and signed; it holds the hash of the one before.
-- Not clustered: bodies are large and are appended to one end, whosever they are; only the small keys go to many places.

CREATE TABLE receipt (
    account_id TEXT   NOT NULL,
    sequence   BIGINT NOT NULL CHECK (sequence > 0),
    task_id    TEXT   NOT NULL REFERENCES reservation (id),
    body       TEXT   NOT NULL,
    PRIMARY KEY (account_id, sequence)
);

CREATE UNIQUE INDEX receipt_task ON receipt (task_id);

-- Ed25519. The private part is sealed with the installation's secret key; a retired one is kept for the receipts that name it.
CREATE TABLE signing_key (
    id             TEXT   NOT NULL PRIMARY KEY,
    public_key     TEXT   NOT NULL,
    sealed_private TEXT   NOT NULL,
    created_at     BIGINT NOT NULL,
    retired_at     BIGINT
) ${clustered};

-- One signs at a time, however many programs start at once.
CREATE UNIQUE INDEX signing_key_active ON signing_key (COALESCE(retired_at, 0)) WHERE retired_at IS NULL;
