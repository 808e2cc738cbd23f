package dev.tollgate.keys;

import dev.tollgate.http.Caller;

/** A caller who has shown an API key: whom {@link KeyGate} lets in. */
public record KeyCaller(Key key) implements Caller {

    @Override
    public String accountId() {
        return key.accountId();
    }
}
