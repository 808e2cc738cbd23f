/**
 * Pages of an organization: its members and invitations, one member, the log, and the organizations of a person.
 *
 * <p>Invariants: a form changes what its visitor's role allows, and the commit judges the role again.
 *
 * <p>Threading: all methods block, on the threads on which pages are made.
 */
@NullMarked
package dev.tollgate.pages.dashboard.members;

import org.jspecify.annotations.NullMarked;
