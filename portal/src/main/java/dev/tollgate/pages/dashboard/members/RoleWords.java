package dev.tollgate.pages.dashboard.members;

import dev.tollgate.customers.roles.MemberRole;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The roles as pages name and explain them. */
public final class RoleWords {

    /** The roles that an invitation or a form gives; to make an owner needs the password. */
    public static final List<MemberRole> GIVEN =
            List.of(MemberRole.ADMIN, MemberRole.BILLING, MemberRole.MEMBER, MemberRole.VIEWER);

    private RoleWords() {}

    /** Returns the role of a form; null if it gives none of these. */
    static @Nullable MemberRole given(String text) {
        return GIVEN.stream()
                .filter(role -> role.text().equals(text))
                .findFirst()
                .orElse(null);
    }

    public static String about(MemberRole role) {
        return switch (role) {
            case OWNER -> "everything, and other owners";
            case ADMIN -> "keys and members, but no payments";
            case BILLING -> "payments, statements and usage";
            case MEMBER -> "own keys and own usage";
            case VIEWER -> "sees everything, changes nothing";
        };
    }
}
