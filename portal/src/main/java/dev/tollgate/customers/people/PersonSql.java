package dev.tollgate.customers.people;

import dev.tollgate.customers.roles.MemberRole;
import dev.tollgate.customers.roles.MemberSql;
import dev.tollgate.customers.roles.Membership;
import dev.tollgate.storage.sql.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** The columns of a person's row, and of a session's with them. */
final class PersonSql {

    static final String PERSON = """
            person.id, account.id AS account_id, member.id AS member_id, member.role AS member_role, %s AS administers, member.notices AS member_notices, person.login, person.email, person.confirmed_at, person.name, person.role,
            person.password_hash, person.password_due, person.zone, person.theme, person.shortcuts, person.balance_line,
            person.key_notices, person.money, person.language, COALESCE(person.language, account.language) AS mail_language, person.totp_secret, person.totp_step, person.version, person.created_at,
            account.blocked, account.name AS account_name, CASE WHEN EXISTS (SELECT 1 FROM member e
                WHERE e.person_id = person.id AND e.account_id <> account.id AND e.left_at IS NULL) THEN 1 ELSE 0 END AS elsewhere""".formatted(MemberSql.ADMINISTERS);

    static final String FROM_PERSON = " FROM person" + joined(MemberSql.HOME);

    static final String SESSION = PERSON + """
            , session.hash, session.begun_at, session.seen_at, session.proved_at, session.code_due, session.address,
            session.agent""";

    static final String FROM_SESSION =
            " FROM session JOIN person ON person.id = session.person_id" + joined(MemberSql.OF_SESSION);

    private PersonSql() {}

    private static String joined(String membership) {
        return " LEFT JOIN member ON member.id = " + membership
                + " JOIN account ON account.id = COALESCE(member.account_id, person.account_id) ";
    }

    static Person person(ResultSet row) throws SQLException {
        Membership membership = membership(row);
        return new Person(
                row.getString("id"),
                row.getString("account_id"),
                membership,
                Columns.flag(row, "elsewhere"),
                row.getString("login"),
                row.getString("email"),
                Columns.timeOrNull(row, "confirmed_at"),
                row.getString("name"),
                Role.parse(row.getString("role")),
                Columns.flag(row, "password_due"),
                membership != null && Columns.flag(row, "blocked"),
                row.getString("account_name"),
                row.getString("mail_language"),
                row.getString("totp_secret") != null,
                !row.getString("password_hash").equals(Passwords.NONE),
                new Person.Preferences(
                        zone(row.getString("zone")),
                        row.getString("theme"),
                        Columns.flag(row, "shortcuts"),
                        Columns.numberOrNull(row, "balance_line"),
                        Columns.flag(row, "key_notices"),
                        row.getString("money"),
                        row.getString("language")),
                row.getLong("version"),
                Columns.time(row, "created_at"));
    }

    private static @Nullable Membership membership(ResultSet row) throws SQLException {
        String id = row.getString("member_id");
        return id == null
                ? null
                : new Membership(
                        id,
                        MemberRole.parse(row.getString("member_role")),
                        MemberSql.administers(row.getString("administers")),
                        Columns.flag(row, "member_notices"));
    }

    static BrowserSession session(ResultSet row) throws SQLException {
        return new BrowserSession(
                row.getString("hash"),
                person(row),
                Columns.time(row, "begun_at"),
                Columns.time(row, "seen_at"),
                Columns.time(row, "proved_at"),
                Columns.flag(row, "code_due"),
                row.getString("address"),
                row.getString("agent"));
    }

    /** Returns a time zone, or UTC if this JDK does not know it: an unknown zone must not prevent a sign-in. */
    private static ZoneId zone(String text) {
        try {
            return ZoneId.of(text);
        } catch (DateTimeException e) {
            return ZoneOffset.UTC;
        }
    }
}
