/** The operator's actions on the server: its settings, channels, books, secret key and announcements. */
@NullMarked
package dev.tollgate.operator.admin.server;

import org.jspecify.annotations.NullMarked;
