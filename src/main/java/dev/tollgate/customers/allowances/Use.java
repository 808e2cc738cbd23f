package dev.tollgate.customers.allowances;

import dev.tollgate.storage.Decision;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Uses one of each of some allowances, or nothing if one of them is used up. The outcome is how long to wait: zero if they were used. */
public final class Use extends Decision<Duration> {

    private final List<Allowance> allowances;
    private final Instant at;

    Use(List<Allowance> allowances, Instant at) {
        this.allowances = List.copyOf(allowances);
        this.at = at;
    }

    List<Allowance> allowances() {
        return allowances;
    }

    Instant at() {
        return at;
    }

    void left(Duration wait) {
        decide(wait);
    }

    /** Returns whether they were used; asked on the writer's thread by changes behind it, or once the unit is reported. */
    public boolean isAllowed() {
        return outcome().isZero();
    }
}
