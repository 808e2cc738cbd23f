package dev.tollgate.http;

import io.vertx.core.Future;

/** Decides who calls, before a body is read. */
@FunctionalInterface
public interface Authenticator {

    /**
     * Called on the exchange's event loop for every route that is not {@link Access#PUBLIC}. The answer may be there at
     * once (the cheaper way) or complete later on the same loop; a refusal is a failure with an {@link
     * dev.tollgate.error.ApiException}, or that exception thrown.
     */
    Future<Caller> authenticate(Exchange exchange, Access access);
}
