/**
 * People who sign in, with their passwords and sessions. A person belongs to one account, which has the credits and the keys; this package knows only
 * that accounts exist and whether they are blocked.
 *
 * <p>Invariants: passwords are stored as Argon2id hashes, tokens of sessions and links as SHA-256 of 32 random bytes, recovery codes of 80 random
 * bits as SHA-256, secrets of second factors encrypted. An unknown login costs the same time as a wrong password, and both give the same sentence.
 * Sessions are looked up in the database each time, with one query, so a change that ends one ends it on every node immediately. Links work once, are
 * used by a form, and are mailed in the commit that creates them or passed on by the operator.
 *
 * <p>Threading: reads block and are not for an event loop. All changes are units of the one writer, applied by this package's part.
 */
@NullMarked
package dev.tollgate.customers.people;

import org.jspecify.annotations.NullMarked;
