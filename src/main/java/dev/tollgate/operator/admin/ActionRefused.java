package dev.tollgate.operator.admin;

import dev.tollgate.storage.StoreException;
import org.jspecify.annotations.Nullable;

/** A request of the operator that is not possible: no such account, a value that is not allowed. The message is for the operator. */
public final class ActionRefused extends Exception {

    private static final long serialVersionUID = 1L;

    /** The kind of a refusal. */
    public enum Why {
        /** The request can never be fulfilled. */
        INVALID,
        /** The named thing does not exist. */
        NOT_FOUND,
        /** The database's file is damaged. */
        DAMAGED,
        /** The present state does not allow it: a call that still runs, a balance that does not suffice, an id that was used for something else. */
        CONFLICT
    }

    private final Why why;
    private final @Nullable String field;
    private final String what;

    public ActionRefused(String message) {
        this(Why.INVALID, message);
    }

    public ActionRefused(Why why, String message) {
        super(message);
        this.why = why;
        this.field = null;
        this.what = message;
    }

    private ActionRefused(String field, String what) {
        super("'" + field + "' " + what + ".");
        this.why = Why.INVALID;
        this.field = field;
        this.what = what + ".";
    }

    /**
     * Returns the refusal of one field of the request.
     *
     * @param what follows the quoted name, without the full stop
     */
    static ActionRefused of(String field, String what) {
        return new ActionRefused(field, what);
    }

    /** Returns the refusal by a store that cannot be opened, read or written, with the cause in words. */
    public static ActionRefused of(StoreException failure) {
        return new ActionRefused(failure.isDamage() ? Why.DAMAGED : Why.INVALID, failure.withCause());
    }

    public Why why() {
        return why;
    }

    /** Returns the wrong field, which the message quotes at its start; null if there is none. */
    public @Nullable String field() {
        return field;
    }

    /** Returns the sentence that follows the field's name; the whole message if there is no field. */
    public String what() {
        return what;
    }

    /** A step that may be refused. */
    @FunctionalInterface
    public interface Step<T extends @Nullable Object> {
        T run() throws ActionRefused;
    }

    /** Runs a step; an operator's mistake, and a database that fails, become a refusal with their sentence. */
    public static <T extends @Nullable Object> T where(Step<T> step) throws ActionRefused {
        try {
            return step.run();
        } catch (IllegalArgumentException | StoreException e) {
            throw new ActionRefused(String.valueOf(e.getMessage()));
        }
    }
}
