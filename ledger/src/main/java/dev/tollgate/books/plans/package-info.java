/**
 * Plans: credits, models, a price group and limits for a day, a week or a month, and the accounts that have one (Z40 to Z50). An operator assigns a plan for
 * periods that were paid elsewhere, prolongs it, or restarts it. The rows of {@code plan_version}, {@code subscription} and {@code plan_step}, their changes,
 * and the sweep that begins periods.
 *
 * <p>Invariants: a version's terms never change. An account has one running plan at most. The calendar of a plan follows from its anchor alone, so a period that
 * passed without a server is not made up for. A period's credits, its row and its price group are one unit of work. The periods of a plan come from its
 * steps. Changes of plans are decided one after the other, on all servers, under the lock of the table. Stores are thread-safe and block; values are immutable.
 */
@NullMarked
package dev.tollgate.books.plans;

import org.jspecify.annotations.NullMarked;
