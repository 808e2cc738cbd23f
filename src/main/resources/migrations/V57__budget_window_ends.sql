-- Pages, notices and the deletion of old windows look for the windows of an account that end after a time, or before it; without an index they
-- would read those of 35 days.
-- Older programs read on.
CREATE INDEX budget_window_end ON budget_window (account_id, ends_at);
