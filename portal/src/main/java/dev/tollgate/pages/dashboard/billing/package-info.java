/**
 * {@code /dashboard/billing}: what was bought and what is left, with top-ups, invoices and monthly statements. Money is moved by {@code
 * customers.payments} alone.
 *
 * <p>Threading: pages render on workers.
 */
@NullMarked
package dev.tollgate.pages.dashboard.billing;

import org.jspecify.annotations.NullMarked;
