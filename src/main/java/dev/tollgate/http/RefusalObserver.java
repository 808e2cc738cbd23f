package dev.tollgate.http;

import dev.tollgate.error.ApiError;

/** Told of each call of the API that was refused with a 4xx and has made no task, on its event loop; must not block or throw. */
@FunctionalInterface
public interface RefusalObserver {

    RefusalObserver NONE = (exchange, error) -> {};

    void refused(Exchange exchange, ApiError error);
}
