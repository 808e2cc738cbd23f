/**
 * The parts that several pages of the dashboard share: filters and ranges in the URL, links, charts, typed amounts, and the password that is asked for
 * again. No path belongs to it, and it knows no other room.
 *
 * <p>Threading: everything is immutable.
 */
@NullMarked
package dev.tollgate.pages.dashboard.parts;

import org.jspecify.annotations.NullMarked;
