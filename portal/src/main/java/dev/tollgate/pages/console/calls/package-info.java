/** The console's pages of calls and of refused calls. */
@NullMarked
package dev.tollgate.pages.console.calls;

import org.jspecify.annotations.NullMarked;
