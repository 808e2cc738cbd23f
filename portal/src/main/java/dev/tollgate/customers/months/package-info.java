/**
 * Months of the books, for the operator and for accountants. A {@link Month} has a sum for each {@link MonthLine}, and each sum has its rows
 * ({@link MonthRow}). Pages, the API, commands and files are made of these alone. A further line is a row of {@link MonthLine}.
 *
 * <p>Invariants: months are of UTC. A row counts in the month in which it was booked: an entry by its own time, a call by its end, an invoice by the
 * entry of its credits. So a month that is over never changes. What customers held at its begin, with the lines that move their credits, is what they
 * held at its end, to the micro-credit; that is the sum of all accounts' statements. What calls used comes from the roll-ups, what grants paid
 * of it from {@code grant_month}, everything else from the entries.
 *
 * <p>Threading: {@link Months} is thread-safe; its reads block.
 */
@NullMarked
package dev.tollgate.customers.months;

import org.jspecify.annotations.NullMarked;
