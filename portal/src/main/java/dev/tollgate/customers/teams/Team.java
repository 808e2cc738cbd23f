package dev.tollgate.customers.teams;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A team of an organization.
 *
 * @param id {@code team_…}
 * @param archivedAt null while it is in use
 * @param paused whether its keys are refused
 */
public record Team(
        String id,
        String accountId,
        String name,
        Instant createdAt,
        @Nullable Instant archivedAt,
        boolean paused) {

    /**
     * A member of a team.
     *
     * @param memberId {@code mem_…}
     * @param name of the person, or the sign-in name
     * @param isAdmin whether the member manages the team's people and keys
     */
    public record Fellow(String memberId, String name, boolean isAdmin) {}
}
