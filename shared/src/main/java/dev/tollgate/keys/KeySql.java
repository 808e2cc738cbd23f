package dev.tollgate.keys;

import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.http.limits.CallLimits;
import dev.tollgate.keys.KeyCaller.LabelRules;
import dev.tollgate.storage.sql.Columns;
import dev.tollgate.storage.sql.Sql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The columns of a key's row. */
final class KeySql {

    /** The name of a key's team if the team is paused, else null. */
    static final String PAUSED_TEAM =
            "(SELECT team.name FROM team WHERE team.id = api_key.team_id AND team.paused = 1) AS paused_team";

    static final String COLUMNS = """
            api_key.id, api_key.account_id, api_key.hash, api_key.prefix, api_key.name, api_key.kind, api_key.disabled,
            api_key.allow, api_key.models, api_key.spend_hour, api_key.spend_day, api_key.spend_total, api_key.rate_requests,
            api_key.rate_tokens, api_key.rate_concurrency, api_key.max_input_price, api_key.max_output_price, api_key.expires_at, api_key.last_used_at, api_key.created_at,
            api_key.hidden, api_key.version, api_key.deleted_at, api_key.old_hash, api_key.old_until,
            api_key.member_id, api_key.team_id, api_key.origin_id, api_key.scopes,
            api_key.locked, api_key.tags, """ + PAUSED_TEAM;

    /** The live keys of an account that have an owner, or a part of it; hidden ones too. Takes the account, the member and the team, each of these null for any. */
    private static final String OWNED = """
            SELECT id FROM api_key WHERE account_id = ? AND (member_id <> '' OR team_id <> '') AND deleted_at IS NULL
                AND member_id = COALESCE(?, member_id) AND team_id = COALESCE(?, team_id) ORDER BY id""";

    private KeySql() {}

    static List<String> owned(Sql sql, String accountId, @Nullable String memberId, @Nullable String teamId)
            throws SQLException {
        return sql.list(OWNED, row -> row.getString(1), accountId, memberId, teamId);
    }

    static Key key(ResultSet row) throws SQLException {
        return new Key(
                row.getString("id"),
                row.getString("account_id"),
                owner(row),
                Columns.time(row, "created_at"),
                new Key.Changeable(
                        new Key.Secret(row.getString("prefix"), Columns.timeOrNull(row, "old_until")),
                        settings(row),
                        Columns.flag(row, "disabled"),
                        KeyLock.parse(words(row.getString("locked"))),
                        row.getLong("version"),
                        Columns.timeOrNull(row, "deleted_at")),
                Columns.timeOrNull(row, "last_used_at"),
                row.getString("paused_team"));
    }

    private static KeyOwner owner(ResultSet row) throws SQLException {
        String origin = row.getString("origin_id");
        return new KeyOwner(
                row.getString("member_id"), row.getString("team_id"), origin.isEmpty() ? row.getString("id") : origin);
    }

    private static KeySettings settings(ResultSet row) throws SQLException {
        KeyKind kind = Columns.flag(row, "hidden") ? KeyKind.HIDDEN : KeyKind.parse(row.getString("kind"));
        return new KeySettings(
                row.getString("name"),
                kind,
                kind == KeyKind.MANAGEMENT ? scopes(row.getString("scopes")) : Set.of(),
                Allowlist.of(words(row.getString("allow"))),
                spend(row),
                new CallLimits(
                        Columns.numberOrNull(row, "rate_requests"),
                        Columns.numberOrNull(row, "rate_tokens"),
                        Columns.numberOrNull(row, "rate_concurrency")),
                new PriceCeiling(
                        Columns.numberOrNull(row, "max_input_price"), Columns.numberOrNull(row, "max_output_price")),
                words(row.getString("models")),
                Columns.timeOrNull(row, "expires_at"),
                tags(row.getString("tags")));
    }

    /** Reads pairs with spaces between them. */
    private static SortedMap<String, String> tags(String text) {
        SortedMap<String, String> tags = new TreeMap<>();
        for (String pair : words(text)) {
            int at = pair.indexOf('=');
            tags.put(pair.substring(0, at), pair.substring(at + 1));
        }
        return tags;
    }

    private static Set<Scope> scopes(String text) {
        return text.isEmpty() ? Scope.STANDARD : Scope.parse(words(text));
    }

    static CallLimits accountRates(ResultSet row) throws SQLException {
        Long requests = Columns.numberOrNull(row, "requests");
        Long tokens = Columns.numberOrNull(row, "tokens");
        Long concurrency = Columns.numberOrNull(row, "concurrency");
        return requests == null && tokens == null && concurrency == null
                ? CallLimits.NONE
                : new CallLimits(requests, tokens, concurrency);
    }

    static LabelRules labelRules(ResultSet row) throws SQLException {
        return LabelRules.of(row.getString("tag_names"), Columns.flag(row, "end_users"));
    }

    /** Returns which labels an account counts; null if there is none, or it is deleted. */
    static @Nullable LabelRules labelRules(Sql sql, String accountId) throws SQLException {
        return sql.one(
                "SELECT tag_names, end_users FROM account WHERE id = ? AND deleted_at IS NULL",
                KeySql::labelRules,
                accountId);
    }

    static CallLimits accountRates(Sql sql, String accountId) throws SQLException {
        CallLimits rates = sql.one(
                "SELECT requests, tokens, concurrency FROM account_rates WHERE account_id = ?",
                KeySql::accountRates,
                accountId);
        return rates == null ? CallLimits.NONE : rates;
    }

    static SpendLimits spend(ResultSet row) throws SQLException {
        return new SpendLimits(
                Columns.numberOrNull(row, "spend_hour"),
                Columns.numberOrNull(row, "spend_day"),
                Columns.numberOrNull(row, "spend_total"));
    }

    static List<String> words(String text) {
        return text.isEmpty() ? List.of() : List.of(text.split(" ", -1));
    }
}
