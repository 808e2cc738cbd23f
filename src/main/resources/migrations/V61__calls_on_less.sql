-- Whether a running call that may search holds less than its most (D31). An account may have few of them, which are counted here. Calls of older
-- programs are not marked.
-- Older programs read on.
ALTER TABLE open_hold ADD COLUMN on_less INTEGER NOT NULL DEFAULT 0 CHECK (on_less IN (0, 1));

CREATE INDEX open_hold_on_less ON open_hold (account_id) WHERE on_less = 1;
