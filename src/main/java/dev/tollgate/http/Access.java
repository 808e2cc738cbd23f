package dev.tollgate.http;

/** Who may call a route. */
public enum Access {
    /** Anybody; the authenticator is not asked and the exchange has no caller. */
    PUBLIC,
    /** Whoever shows an API key. */
    KEY,
    /** The operator. */
    ADMIN
}
