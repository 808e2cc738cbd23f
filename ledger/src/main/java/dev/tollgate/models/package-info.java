/**
 * The models on sale and their prices: the catalogue, the price book, token usage, the charge.
 *
 * <p>Invariants: an amount is a {@code long} of micro-credits and a price a {@code long} of micro-credits per million tokens. The only rounding is
 * the model's own rule, once. The charge never falls when a count rises. Differences between models are rows of {@code models.yaml}, never code.
 * Imports no feature, and only {@code base.config} of the ground.
 *
 * <p>Threading: everything is immutable.
 */
@NullMarked
package dev.tollgate.models;

import org.jspecify.annotations.NullMarked;
