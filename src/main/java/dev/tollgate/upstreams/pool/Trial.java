package dev.tollgate.upstreams.pool;

/** What came of trying a channel out with a question that costs nothing. */
public sealed interface Trial {

    /** @param millis until all of the answer was there */
    record Answered(long millis) implements Trial {}

    /** @param millis until that was known */
    record Failed(long millis, UpstreamFailure.Kind kind) implements Trial {}

    /** Its protocol has no question that costs nothing. */
    record NothingFree() implements Trial {}

    /** Somebody else tries it right now. */
    record Busy() implements Trial {}

    record NoSuchChannel() implements Trial {}
}
