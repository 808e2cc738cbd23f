package dev.tollgate.storage;

/** Told by the writer what becomes of its batches; in the writer's turn, must not block or throw. */
public interface WriterObserver {

    /** Nobody. */
    WriterObserver NONE = new WriterObserver() {
        @Override
        public void ended(BatchEnd end, int units, long nanos) {}

        @Override
        public void reported(boolean rides, long nanos) {}
    };

    /** How a batch has ended. */
    enum BatchEnd {
        COMMITTED,
        /** It was tried again, and committed. */
        AGAIN,
        /** Its units were tried one by one. */
        SPLIT,
        FAILED,
        /** The connection broke within the commit. */
        UNKNOWN
    }

    /** @param nanos from when all of it was at hand */
    void ended(BatchEnd end, int units, long nanos);

    /**
     * A unit's outcome was told.
     *
     * @param rides whether it was told once it was decided, not when it was durable
     * @param nanos since it was offered
     */
    void reported(boolean rides, long nanos);
}
