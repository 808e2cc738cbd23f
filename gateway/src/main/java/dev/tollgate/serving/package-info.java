/**
 * The composition of the gateway: its books, upstreams, the one meter, the routes of callers' programs, and what is measured of them. The parts are
 * made in the order in which they need each other. Only the program's composition imports it.
 *
 * <p>Threading: one thread starts it and closes it.
 */
@NullMarked
package dev.tollgate.serving;

import org.jspecify.annotations.NullMarked;
