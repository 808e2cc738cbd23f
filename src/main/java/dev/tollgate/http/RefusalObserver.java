package dev.tollgate.http;

import dev.tollgate.base.error.ApiError;

/**
 * Told of each request that was refused, with a 4xx or a 5xx, and has become no metered call that tells of itself: of the API, of pages, of
 * operators. On its event loop; must not block or throw.
 */
@FunctionalInterface
public interface RefusalObserver {

    RefusalObserver NONE = (exchange, error) -> {};

    void refused(Exchange exchange, ApiError error);
}
