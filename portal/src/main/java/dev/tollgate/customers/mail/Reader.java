package dev.tollgate.customers.mail;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The reader of a mail.
 *
 * @param language the tag of the person's language, or else the account's; null: the operator's setting
 */
public record Reader(String address, @Nullable String language) {

    /** The columns of a person and an account that make a reader. */
    public static final String COLUMNS =
            "person.email AS email, COALESCE(person.language, account.language) AS mail_language";

    /** Reads {@link #COLUMNS}. */
    public static Reader of(ResultSet row) throws SQLException {
        return new Reader(row.getString("email"), row.getString("mail_language"));
    }
}
