package dev.tollgate.customers.people;

import dev.tollgate.storage.sql.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** The columns of a person's row, and of a session's with them. */
final class PersonSql {

    static final String PERSON = """
            person.id, person.account_id, person.login, person.email, person.confirmed_at, person.name, person.role,
            person.password_hash, person.password_due, person.zone, person.theme, person.shortcuts, person.balance_line,
            person.key_notices, person.money, person.totp_secret, person.totp_step, person.version, person.created_at,
            account.blocked, account.name AS account_name""";

    static final String FROM_PERSON = " FROM person JOIN account ON account.id = person.account_id ";

    static final String SESSION = PERSON + """
            , session.hash, session.begun_at, session.seen_at, session.proved_at, session.code_due, session.address,
            session.agent""";

    static final String FROM_SESSION = " FROM session JOIN person ON person.id = session.person_id"
            + " JOIN account ON account.id = person.account_id ";

    private PersonSql() {}

    static Person person(ResultSet row) throws SQLException {
        return new Person(
                row.getString("id"),
                row.getString("account_id"),
                row.getString("login"),
                row.getString("email"),
                Columns.timeOrNull(row, "confirmed_at"),
                row.getString("name"),
                Role.parse(row.getString("role")),
                Columns.flag(row, "password_due"),
                Columns.flag(row, "blocked"),
                row.getString("account_name"),
                row.getString("totp_secret") != null,
                !row.getString("password_hash").equals(Passwords.NONE),
                new Person.Preferences(
                        zone(row.getString("zone")),
                        row.getString("theme"),
                        Columns.flag(row, "shortcuts"),
                        Columns.numberOrNull(row, "balance_line"),
                        Columns.flag(row, "key_notices"),
                        row.getString("money")),
                row.getLong("version"),
                Columns.time(row, "created_at"));
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
