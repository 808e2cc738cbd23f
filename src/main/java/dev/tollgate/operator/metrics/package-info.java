/**
 * What is counted and measured of the running program, for whoever scrapes it.
 *
 * <p>Invariants: what is watched does not know who watches: each room has an interface of its own, which is implemented here and set by the
 * root. A call costs at most a microsecond and makes nothing on the heap; data points are looked up once and held by route, model and channel.
 * Labels are of closed lists: a route's pattern, a model's public id, a channel's name, a word of an enum; never an account, a key, an address
 * or what a caller wrote. Past {@value dev.tollgate.operator.metrics.SeriesRoom#SERIES_MAX} series new ones are counted as {@code other}. All of it begins at 0 with the
 * process: the books are elsewhere.
 *
 * <p>Threading: everything may be told and read by any thread.
 */
@NullMarked
package dev.tollgate.operator.metrics;

import org.jspecify.annotations.NullMarked;
