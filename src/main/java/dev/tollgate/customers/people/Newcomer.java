package dev.tollgate.customers.people;

import org.jspecify.annotations.Nullable;

/**
 * A person who is about to be made.
 *
 * @param accountId null: with an account of their own
 * @param email null where none is known
 * @param isConfirmed whether the address was shown to be theirs
 * @param hash of the password; {@link Passwords#NONE} for none
 * @param identity by which a provider knows them, too; null for none
 */
record Newcomer(
        String personId,
        @Nullable String accountId,
        String login,
        @Nullable String email,
        boolean isConfirmed,
        String name,
        String hash,
        String zone,
        @Nullable String identity) {}
