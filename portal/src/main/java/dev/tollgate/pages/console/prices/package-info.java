/** The console's pages of prices, price groups and plans. */
@NullMarked
package dev.tollgate.pages.console.prices;

import org.jspecify.annotations.NullMarked;
