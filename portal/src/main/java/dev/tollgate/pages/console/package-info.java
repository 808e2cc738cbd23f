/**
 * The operator's pages under {@code /console}: accounts, prices, books and the rest of an operator's work. One class for each path, or for a few
 * related paths. It shows the data of {@code operator.admin}, {@code customers.figures} and the stores; every change is an operator's action with
 * a row in the audit log: the page offers it, and its form names it ({@link dev.tollgate.pages.console.parts.DeedForms}).
 *
 * <p>Threading: pages render on workers; nothing outlives a request.
 */
@NullMarked
package dev.tollgate.pages.console;

import org.jspecify.annotations.NullMarked;
