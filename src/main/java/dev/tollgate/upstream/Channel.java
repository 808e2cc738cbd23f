package dev.tollgate.upstream;

/** One way to an upstream: a protocol, a base URL, a credential. Safe for use by several event loops. */
public interface Channel {

    /** The operator's name for it; never shown to a caller. */
    String name();

    /**
     * Asks, always for a stream (D46). Must be called on an event loop; everything that comes back arrives there.
     *
     * @throws dev.tollgate.error.ApiException what only the translation can find wrong, before anything is sent
     */
    UpstreamCall ask(ChatAsk ask, UpstreamListener listener);
}
