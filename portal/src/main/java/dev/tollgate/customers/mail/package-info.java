/**
 * Outgoing mails: stored in the commit of the change that causes them, and sent from there.
 *
 * <p>Invariants: a mail exists if and only if its change does. It is sent at least once, or given up with a stored reason; a crash between sending
 * and recording it at worst sends it twice, with the same message id. Texts are encrypted, since they contain links that open something, and are
 * erased once the mail has ended. Addresses in texts come from {@code public.url} alone. The number of waiting mails is bounded, for each account and
 * in all.
 *
 * <p>Threading: written on the writer's thread; {@link Outbox} is thread-safe, its reads block; {@link MailRounds} send on a virtual thread, one
 * round at a time.
 */
@NullMarked
package dev.tollgate.customers.mail;

import org.jspecify.annotations.NullMarked;
