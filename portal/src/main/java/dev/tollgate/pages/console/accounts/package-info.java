/** The console's pages of accounts. */
@NullMarked
package dev.tollgate.pages.console.accounts;

import org.jspecify.annotations.NullMarked;
