package dev.tollgate.storage;

import java.util.List;

/** The changes that commit together or not at all. Used once. */
public final class Unit {

    /** More than any one thing needs; what touches many rows is one change that finds them itself. */
    public static final int CHANGES_MAX = 64;

    private final List<Change> changes;

    private Unit(List<Change> changes) {
        if (changes.isEmpty() || changes.size() > CHANGES_MAX) {
            throw new IllegalArgumentException("a unit has 1 to " + CHANGES_MAX + " changes, not " + changes.size());
        }
        this.changes = changes;
    }

    public static Unit of(Change... changes) {
        return new Unit(List.of(changes));
    }

    public static Unit of(List<? extends Change> changes) {
        return new Unit(List.copyOf(changes));
    }

    public List<Change> changes() {
        return changes;
    }

    /** Once it is decided: whether there is anything to write. */
    boolean writes() {
        return changes.stream().anyMatch(Change::writes);
    }

    /** Returns the decisions of its changes, in their order. */
    List<Object> outcomes() {
        return changes.stream()
                .filter(change -> change instanceof Decision<?>)
                .<Object>map(change -> ((Decision<?>) change).outcome())
                .toList();
    }

    void forgetOutcomes() {
        for (Change change : changes) {
            if (change instanceof Decision<?> decision) {
                decision.forget();
            }
        }
    }

    /** The refusal of a unit by one of its changes, which found its condition lost: nothing of the unit is written, and nothing is wrong with the store. */
    public abstract static class Refused extends RuntimeException {

        private static final long serialVersionUID = 1;

        protected Refused(String message) {
            super(message, null, false, false);
        }
    }
}
