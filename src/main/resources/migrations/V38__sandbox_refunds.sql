-- What of a call's charge was credits that buy only what the sandbox answers: refunds give that back as such credits. Of earlier calls it is not known.
ALTER TABLE reservation ADD COLUMN sandbox_micros BIGINT NOT NULL DEFAULT 0 CHECK (sandbox_micros >= 0);
