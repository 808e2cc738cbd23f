package dev.tollgate.customers.roles;

import java.util.List;
import java.util.Locale;

/** The role of a member in an organization. */
public enum MemberRole {
    OWNER,
    ADMIN,
    BILLING,
    MEMBER,
    VIEWER;

    /** The roles that keys give, change and end; owners and admins are made by people alone. */
    public static final List<MemberRole> OF_KEYS = List.of(BILLING, MEMBER, VIEWER);

    /** @throws IllegalArgumentException if it is the text of none */
    public static MemberRole parse(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
