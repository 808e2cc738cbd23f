package dev.tollgate.customers.keys;

import dev.tollgate.http.limits.Rates;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The columns of a key's row. */
final class KeySql {

    static final String COLUMNS = """
            api_key.id, api_key.account_id, api_key.hash, api_key.prefix, api_key.name, api_key.kind, api_key.disabled,
            api_key.allow, api_key.models, api_key.spend_hour, api_key.spend_day, api_key.spend_total, api_key.rate_requests,
            api_key.rate_tokens, api_key.rate_concurrency, api_key.expires_at, api_key.last_used_at, api_key.created_at,
            api_key.hidden, api_key.version, api_key.deleted_at, api_key.old_hash, api_key.old_until""";

    private KeySql() {}

    static Key key(ResultSet row) throws SQLException {
        return new Key(
                row.getString("id"),
                row.getString("account_id"),
                row.getString("prefix"),
                settings(row),
                row.getInt("disabled") == 1,
                row.getLong("version"),
                Instant.ofEpochMilli(row.getLong("created_at")),
                instant(row, "last_used_at"),
                instant(row, "deleted_at"),
                instant(row, "old_until"));
    }

    private static KeySettings settings(ResultSet row) throws SQLException {
        return new KeySettings(
                row.getString("name"),
                row.getInt("hidden") == 1 ? KeyKind.HIDDEN : KeyKind.parse(row.getString("kind")),
                Allowlist.of(words(row.getString("allow"))),
                spend(row),
                new Rates(number(row, "rate_requests"), number(row, "rate_tokens"), number(row, "rate_concurrency")),
                words(row.getString("models")),
                instant(row, "expires_at"));
    }

    static Spend spend(ResultSet row) throws SQLException {
        return new Spend(number(row, "spend_hour"), number(row, "spend_day"), number(row, "spend_total"));
    }

    static List<String> words(String text) {
        return text.isEmpty() ? List.of() : List.of(text.split(" ", -1));
    }

    static @Nullable Long number(ResultSet row, String column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : value;
    }

    static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        Long millis = number(row, column);
        return millis == null ? null : Instant.ofEpochMilli(millis);
    }

    static void set(PreparedStatement statement, int index, @Nullable Long value) throws SQLException {
        if (value == null) {
            statement.setNull(index, Types.BIGINT);
        } else {
            statement.setLong(index, value);
        }
    }

    static @Nullable Long millis(@Nullable Instant instant) {
        return instant == null ? null : instant.toEpochMilli();
    }
}
