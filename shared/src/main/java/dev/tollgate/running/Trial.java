package dev.tollgate.running;

/** The result of a trial request to a channel that costs nothing. */
public sealed interface Trial {

    /** @param millis until the whole answer had arrived */
    record Served(long millis) implements Trial {}

    /** @param millis until the failure was known */
    record Failed(long millis, UpstreamFailure.Kind kind) implements Trial {}

    /** The channel's protocol has no free request. */
    record NothingFree() implements Trial {}

    /** Another trial of the channel is running. */
    record Busy() implements Trial {}

    record NoSuchChannel() implements Trial {}
}
