package dev.tollgate.customers.people;

import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Whether strangers may make accounts, and what those begin with: the operator may change both while the program runs. Thread-safe. */
public final class SignUp {

    private final BooleanSupplier open;
    private final Supplier<StartCredits> credits;

    /** @param open read each time, on any thread @param credits read each time, on any thread */
    public SignUp(BooleanSupplier open, Supplier<StartCredits> credits) {
        this.open = open;
        this.credits = credits;
    }

    public boolean isOpen() {
        return open.getAsBoolean();
    }

    /** What a new account begins with. */
    public StartCredits credits() {
        return credits.get();
    }

    /** Returns the start credits of an account with an unconfirmed address, in micro-credits. */
    public long unconfirmedMicros() {
        StartCredits now = credits();
        return now.isReal() ? 0 : now.micros();
    }
}
