package dev.tollgate.customers.roles;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The SQL by which other packages find the members of accounts. A deleted person's membership stays, so each joins the person. */
public final class MemberSql {

    /** The roles whose members see the balance and all usage, for a list in SQL. */
    public static final String SEES_ALL = "('owner', 'admin', 'billing', 'viewer')";

    /** The id of the membership in which the next sign-in of {@code person} begins: in an account that is not blocked, if there is one, and best in the person's own. */
    public static final String HOME = home("CASE m.account_id WHEN person.account_id THEN 0 ELSE 1 END");

    /** The id of the membership in which {@code session} of {@code person} is now: the chosen one as long as it lives. */
    public static final String OF_SESSION =
            home("CASE m.account_id WHEN session.account_id THEN 0 WHEN person.account_id THEN 1 ELSE 2 END");

    /** The teams whose admin {@code member} is, for {@link #administers}. */
    public static final String ADMINISTERS = "(SELECT string_agg(tm.team_id, ',') FROM team_member tm"
            + " WHERE tm.member_id = member.id AND tm.role = 'admin')";

    private MemberSql() {}

    /** Returns the ids of teams that {@link #ADMINISTERS} has. @param text null for none */
    public static Set<String> administers(@Nullable String text) {
        return text == null ? Set.of() : Set.of(text.split(","));
    }

    private static String home(String order) {
        return "(SELECT m.id FROM member m JOIN account a ON a.id = m.account_id"
                + " WHERE m.person_id = person.id AND m.left_at IS NULL"
                + " ORDER BY a.blocked, " + order + ", m.created_at, m.id LIMIT 1)";
    }
}
