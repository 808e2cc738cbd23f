package dev.tollgate.http;

/** Who may call a route. */
public enum Access {
    /** Anybody; the authenticator is not asked and the exchange has no caller. */
    PUBLIC,
    /** Whoever shows an API key. */
    KEY,
    /** As {@link #KEY}, and the key may come in the header of Google's clients (D23). */
    GOOGLE_KEY,
    /** The operator. */
    ADMIN
}
