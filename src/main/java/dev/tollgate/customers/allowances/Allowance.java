package dev.tollgate.customers.allowances;

import java.time.Duration;

/**
 * A limit on uses within a time that begins with the first use.
 *
 * @param name of the row that counts it
 */
public record Allowance(String name, int most, Duration window) {

    public Allowance {
        if (most < 1 || !window.isPositive()) {
            throw new IllegalArgumentException("an allowance lets something happen");
        }
    }
}
