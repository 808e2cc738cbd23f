package dev.tollgate.calls.jobs;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.jobs.Job;
import dev.tollgate.keys.Authentication;
import dev.tollgate.keys.KeyCaller;
import dev.tollgate.keys.KeyGate;
import dev.tollgate.keys.Keys;

/** Finds the key that pays for jobs, as it is now. Thread-safe; blocks. */
record Payer(Keys keys) {

    /** @throws ApiException if the key cannot be used now */
    KeyCaller of(Job job) {
        Authentication found = keys.successor(job.accountId(), job.originId());
        if (found instanceof Authentication.Found good) {
            return new KeyCaller(good.key(), good.accountRates(), good.labels());
        }
        KeyGate.requireUsable(found, "");
        throw new IllegalStateException("a key that can be used and was not found");
    }
}
