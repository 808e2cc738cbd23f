package dev.tollgate.customers.roles;

import dev.tollgate.keys.KeyView;
import java.util.Set;

/**
 * A person's live membership in an account.
 *
 * @param id {@code mem_…}
 * @param administers the ids of the teams whose admin the member is
 * @param notices whether the member gets mails about budgets
 */
public record Membership(String id, MemberRole role, Set<String> administers, boolean notices) {

    public Membership {
        administers = Set.copyOf(administers);
    }

    /** Makes a membership that administers no team. */
    public Membership(String id, MemberRole role) {
        this(id, role, Set.of(), true);
    }

    /** Returns whether a right extends to a team: as a whole right, or because the member administers the team. */
    public boolean mayIn(Right right, String teamId) {
        return right.isWhole(role) || (right.isOfAdmins() && administers.contains(teamId));
    }

    /** Returns the keys to which a right extends: all of the account's, or the member's own and the keys of the teams that the member administers. */
    public KeyView view(Right right) {
        return right.isWhole(role)
                ? KeyView.ALL
                : new KeyView(false, right.isOwn(this) ? id : "", right.isOfTeam() ? administers : Set.of());
    }
}
