/**
 * The page of an organization's budgets.
 *
 * <p>Threading: the page is made in the pages' turns, and may block.
 */
@NullMarked
package dev.tollgate.pages.dashboard.budgets;

import org.jspecify.annotations.NullMarked;
