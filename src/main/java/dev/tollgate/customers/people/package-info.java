/**
 * Who signs in: people, their passwords and sessions. A person belongs to one account, which has the credits and the keys; this package knows
 * of accounts only that they exist and whether they are blocked.
 *
 * <p>Passwords are kept as Argon2id hashes, tokens of sessions and links as SHA-256 of 32 random bytes, recovery codes of 80 random bits as
 * SHA-256, secrets of second factors sealed. An unknown login costs what a wrong
 * password costs, and both are told in the same words. Sessions are looked up in the database each time, by one question, so that what ends one
 * ends it on every node at once; their reads block, and are not for an event loop.
 *
 * <p>Links are good once, spent by a form, and go out by mail in the commit that makes them, or are handed over by the operator.
 *
 * <p>All changes go through the one writer, as units that the part of this package applies.
 */
@NullMarked
package dev.tollgate.customers.people;

import org.jspecify.annotations.NullMarked;
