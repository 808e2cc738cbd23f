/** The console's pages of payments, vouchers, revenue and months. */
@NullMarked
package dev.tollgate.pages.console.money;

import org.jspecify.annotations.NullMarked;
