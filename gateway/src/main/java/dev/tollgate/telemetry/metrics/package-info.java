/**
 * Counters and measurements of the running program, for a scraper.
 *
 * <p>Invariants: measured packages do not know this one: each defines an interface, which is implemented here and set by {@code app}. A call costs at
 * most a microsecond and allocates nothing; data points are looked up once and held by route, model and channel. Labels have closed lists (a route's
 * pattern, a model's public id, a channel's name, a word of an enum), never an account, a key, an address or a caller's text. Beyond
 * {@value SeriesRoom#SERIES_MAX} series, new ones are counted as {@code other}. Everything begins at 0 with the process: the books are elsewhere.
 *
 * <p>Threading: any thread may record and read.
 */
@NullMarked
package dev.tollgate.telemetry.metrics;

import org.jspecify.annotations.NullMarked;
