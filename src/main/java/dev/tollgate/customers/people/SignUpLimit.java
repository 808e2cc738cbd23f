package dev.tollgate.customers.people;

import java.time.Duration;

/**
 * Limits sign-ups by address: within fifteen minutes five from an address and 40 from its wide network are free; then each next one waits twice
 * as long as the one before. Each server counts for itself, in memory. Thread-safe.
 */
final class SignUpLimit {

    private static final int FREE = 5;

    private final SignInWaits waits;

    SignUpLimit(SignInWaits waits) {
        this.waits = waits;
    }

    /** Returns how long the next sign-up has to wait; zero if this one may be made: then it is counted. */
    Duration begin(Visit visit) {
        return waits.begin("s", visit, FREE);
    }
}
