package dev.tollgate.http;

/**
 * Who is calling, as plain values, so that no route needs to know how callers are told apart. The authenticator's own type may
 * say more.
 */
public interface Caller {

    /** The account that pays. */
    String accountId();

    /** The key's id, never the key. */
    String keyId();

    /** The key's first characters, safe to show and to store. */
    String keyPrefix();
}
