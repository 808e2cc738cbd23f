package dev.tollgate.keys;

import dev.tollgate.error.ApiError;
import dev.tollgate.error.ErrorCode;
import dev.tollgate.http.Caller;
import dev.tollgate.http.Exchange;

/** A caller who has shown an API key; what every route behind {@link KeyGate} finds in its exchange. */
public record KeyCaller(Key key) implements Caller {

    /** The caller of an exchange on a route that takes a key. */
    public static KeyCaller of(Exchange exchange) {
        return (KeyCaller) exchange.caller();
    }

    /** The key of a caller who wants to call a model. @throws dev.tollgate.error.ApiException 403 for a key of another kind */
    public static Key modelKey(Exchange exchange) {
        Key key = of(exchange).key();
        if (key.settings().kind() != KeyKind.API) {
            throw ApiError.of(ErrorCode.INVALID_API_KEY, "A management key cannot call models; use an API key.")
                    .withStatus(403)
                    .asException();
        }
        return key;
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
