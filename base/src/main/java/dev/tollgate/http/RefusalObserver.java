package dev.tollgate.http;

import dev.tollgate.base.error.ApiError;

/**
 * Receives each request that was refused with a 4xx or a 5xx before it became a metered call, which has its own record: requests to the API, for
 * pages and by operators. Runs on the request's event loop; must not block or throw.
 */
@FunctionalInterface
public interface RefusalObserver {

    RefusalObserver NONE = (exchange, error) -> {};

    void refused(Exchange exchange, ApiError error);
}
