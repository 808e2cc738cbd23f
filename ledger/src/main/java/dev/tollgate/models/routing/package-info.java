/**
 * Models that answer for others: a provider routes calls of a model to its successor, and a proxy to whichever model it likes.
 *
 * <p>Invariants: each pair of names of a channel has one row for all servers, written in the unit of the first call that it answered (C13). A channel has at
 * most {@value RoutedModels#NAMES_MAX} pairs, and one for all others. Rows are added and never changed.
 *
 * <p>Threading: rows are written on the writer's thread; {@link RoutedModels} is thread-safe, its reads block.
 */
@NullMarked
package dev.tollgate.models.routing;

import org.jspecify.annotations.NullMarked;
