/**
 * The windows in which spending is limited, and the limits and budgets on them. Values, and the SQL of budgets; the ledger counts in the windows. Values
 * are immutable; a {@link dev.tollgate.books.budgets.BudgetCalendar} belongs to one thread.
 */
@NullMarked
package dev.tollgate.books.budgets;

import org.jspecify.annotations.NullMarked;
