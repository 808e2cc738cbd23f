package dev.tollgate.customers.people;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is good once, and for whoever has its token.
 *
 * @param hash of its token
 * @param personId whom it is about; null where it makes a person
 * @param accountId whose person is made; null: an account is made, too
 * @param email that it was made for; empty where a person has none
 * @param isMailed whether it went to that address, so that its use shows whose the address is
 */
public record PersonLink(
        String hash,
        LinkKind kind,
        @Nullable String personId,
        @Nullable String accountId,
        String email,
        boolean isMailed,
        Instant madeAt) {

    Instant endsAt() {
        return madeAt.plus(kind.good());
    }
}
