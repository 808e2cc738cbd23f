/**
 * What operators see, under {@code /console}: accounts, prices, books and what else they answer for. One class a path, or a few that belong
 * together. It shows what {@code admin}, {@code history} and the stores say, and every change goes through the operator's deeds, with a reason and a
 * row in the audit log.
 */
@NullMarked
package dev.tollgate.pages.console;

import org.jspecify.annotations.NullMarked;
