/** The console's pages of the server: channels, books, settings, announcements and the audit log. */
@NullMarked
package dev.tollgate.pages.console.server;

import org.jspecify.annotations.NullMarked;
