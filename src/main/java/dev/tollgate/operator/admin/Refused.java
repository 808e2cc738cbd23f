package dev.tollgate.operator.admin;

import dev.tollgate.storage.StoreException;
import org.jspecify.annotations.Nullable;

/** A request of the operator that is not possible: no such account, a value that is not allowed. The message is for the operator. */
public final class Refused extends Exception {

    private static final long serialVersionUID = 1L;

    /** The kind of a refusal. */
    public enum Why {
        /** The request can never be fulfilled. */
        INVALID,
        /** There is no such thing. */
        NOT_FOUND,
        /** Not as things stand: a call that still runs, a balance that does not suffice, an id that was used for something else. */
        CONFLICT
    }

    private final Why why;

    public Refused(String message) {
        this(Why.INVALID, message);
    }

    public Refused(Why why, String message) {
        super(message);
        this.why = why;
    }

    public Why why() {
        return why;
    }

    /** A step that may be refused. */
    @FunctionalInterface
    public interface Step<T extends @Nullable Object> {
        T run() throws Refused;
    }

    /** Runs a step; an operator's mistake, and a database that fails, become a refusal with their sentence. */
    public static <T extends @Nullable Object> T where(Step<T> step) throws Refused {
        try {
            return step.run();
        } catch (IllegalArgumentException | StoreException e) {
            throw new Refused(String.valueOf(e.getMessage()));
        }
    }
}
