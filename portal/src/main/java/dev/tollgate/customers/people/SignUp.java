package dev.tollgate.customers.people;

import dev.tollgate.customers.people.identity.StartCredits;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The settings of sign-up: whether strangers may create accounts, and the credits of new ones. The operator may change both while the program runs.
 * Thread-safe.
 */
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

    /** Returns the credits of a new account. */
    public StartCredits credits() {
        return credits.get();
    }

    /** Returns the credits of a new account, in micro-credits. @param isMailOn whether its address is confirmed first */
    public long beginsMicros(boolean isMailOn) {
        return isMailOn ? credits().micros() : unconfirmedMicros();
    }

    /** Returns the start credits of an account with an unconfirmed address, in micro-credits. */
    public long unconfirmedMicros() {
        StartCredits now = credits();
        return now.isReal() ? 0 : now.micros();
    }
}
