package dev.tollgate.storage;

/** Receives the outcomes of the writer's batches, in the writer's turn; must not block or throw. */
public interface WriterObserver {

    /** Ignores every batch. */
    WriterObserver NONE = new WriterObserver() {
        @Override
        public void ended(BatchEnd end, int units, long nanos) {}

        @Override
        public void reported(boolean rides, long nanos) {}
    };

    /** The outcome of a batch. */
    enum BatchEnd {
        COMMITTED,
        /** Committed after another try. */
        AGAIN,
        /** The batch's units were tried one by one. */
        SPLIT,
        FAILED,
        /** The connection broke within the commit. */
        UNKNOWN
    }

    /** @param nanos since all of its units were taken */
    void ended(BatchEnd end, int units, long nanos);

    /**
     * Receives the report of a unit.
     *
     * @param rides whether the unit was reported once it was decided, not when it was durable
     * @param nanos since it was offered
     */
    void reported(boolean rides, long nanos);
}
