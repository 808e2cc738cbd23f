-- An account that was deleted: its row stays for its entries, without a name, blocked for good.
ALTER TABLE account ADD COLUMN deleted_at BIGINT;

-- Whose addresses were given credits to start with in accounts that were deleted since, so that nobody is given them again and again. A mark
-- is a keyed hash: without the installation's secret key nobody can tell of which address.
CREATE TABLE started_before (
    mark TEXT NOT NULL PRIMARY KEY
) ${clustered};
