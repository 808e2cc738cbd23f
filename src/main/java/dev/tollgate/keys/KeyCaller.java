package dev.tollgate.keys;

import dev.tollgate.http.Caller;
import dev.tollgate.http.Exchange;

/** A caller who has shown an API key; what every route behind {@link KeyGate} finds in its exchange. */
public record KeyCaller(Key key) implements Caller {

    /** The caller of an exchange on a route that takes a key. */
    public static KeyCaller of(Exchange exchange) {
        return (KeyCaller) exchange.caller();
    }

    @Override
    public String accountId() {
        return key.accountId();
    }

    @Override
    public String keyId() {
        return key.id();
    }

    @Override
    public String keyPrefix() {
        return key.prefix();
    }
}
