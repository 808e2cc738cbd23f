package dev.tollgate.upstream;

/** One way to an upstream: a protocol, a base URL, a credential. Safe for use by several event loops. */
public interface Channel {

    /** The operator's name for it; never shown to a caller. */
    String name();

    /**
     * Translates an ask.
     *
     * @param ask of a kind that this channel takes: a {@link NativeAsk} goes to Gemini channels only
     * @throws dev.tollgate.error.ApiException what only the translation can find wrong, before anything is sent (D2)
     */
    PreparedAsk prepare(Ask ask);
}
