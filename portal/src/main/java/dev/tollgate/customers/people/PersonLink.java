package dev.tollgate.customers.people;

import dev.tollgate.customers.roles.MemberRole;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A link that works once, for anyone who has its token.
 *
 * @param hash the hash of its token
 * @param personId the person; null if the link creates one
 * @param accountId the account of the new person; null if the link creates an account, too
 * @param email the address that the link is for; empty if a person has none
 * @param isMailed whether the link was mailed to the address, so that its use confirms the address
 * @param role the role that an invitation to an account gives; null for owner
 */
public record PersonLink(
        String hash,
        LinkKind kind,
        @Nullable String personId,
        @Nullable String accountId,
        String email,
        boolean isMailed,
        Instant madeAt,
        @Nullable MemberRole role) {

    /** Returns the role that the link gives in its account. */
    public MemberRole given() {
        return role == null ? MemberRole.OWNER : role;
    }

    Instant endsAt() {
        return madeAt.plus(kind.good());
    }
}
