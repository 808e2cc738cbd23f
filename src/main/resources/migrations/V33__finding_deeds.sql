-- What operators look deeds up by, beside what was done to: who has done it, what was done, and when.
CREATE INDEX audit_log_actor ON audit_log (actor, sequence);
CREATE INDEX audit_log_action ON audit_log (action, sequence);
CREATE INDEX audit_log_time ON audit_log (created_at, sequence);
