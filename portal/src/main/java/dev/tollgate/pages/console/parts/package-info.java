/** The common parts of the console's pages: their addresses and ranges, the forms of deeds and the page for the password, and deeds as the audit log shows them. */
@NullMarked
package dev.tollgate.pages.console.parts;

import org.jspecify.annotations.NullMarked;
