/**
 * Mails on their way out: written into a table in the commit of the deed that causes them, sent from there.
 *
 * <p>Invariants: a mail is there if and only if its deed is; it is sent at least once, or given up with a reason that is kept; a crash between
 * sending and noting that it was sent at worst sends it twice, under the same message id. Texts lie sealed, for they have links that open
 * something, and are gone once the mail has ended. Addresses in texts come from {@code public.url} alone. How many may wait is bounded, for one
 * account and for all.
 *
 * <p>Threading: written on the writer's thread; {@link dev.tollgate.customers.mail.Outbox} is thread-safe, its reads block;
 * {@link dev.tollgate.customers.mail.MailRounds} send on a virtual thread, one round at a time.
 */
@NullMarked
package dev.tollgate.customers.mail;

import org.jspecify.annotations.NullMarked;
