/**
 * The part of HTTP that features see: {@link dev.tollgate.http.Exchange} and its writer, the routes table's types ({@link dev.tollgate.http.Route}
 * with a {@link dev.tollgate.http.Gate}, the bodies it takes and a {@link dev.tollgate.http.Handler}), forms, error formats, and the limits of the
 * front.
 *
 * <p>Two rooms are behind it: {@code http.exchange} carries an exchange through gate, body and response, {@code http.engine} is the server on
 * sockets. This package knows neither of them, {@code base} and no feature.
 *
 * <p>Threading: gates and handlers run on the event loop of their exchange and must not block.
 */
@NullMarked
package dev.tollgate.http;

import org.jspecify.annotations.NullMarked;
