package dev.tollgate.customers.keys;

import dev.tollgate.http.limits.Rates;
import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.RowStatement;
import dev.tollgate.storage.RowStatement.Rows;
import dev.tollgate.storage.Statements;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The keys' SQL on the writer's connection. */
final class KeyRows {

    private static final String SELECT_BY_ID = "SELECT " + KeySql.COLUMNS + " FROM api_key WHERE id = ?";
    private static final String SELECT_BY_HASH = "SELECT " + KeySql.COLUMNS + " FROM api_key WHERE hash = ?";
    private static final String SELECT_ACCOUNT = "SELECT 1 FROM account WHERE id = ? AND deleted_at IS NULL";
    private static final String INSERT = """
            INSERT INTO api_key (account_id, name, kind, disabled, allow, models, spend_hour, spend_day, spend_total,
                rate_requests, rate_tokens, rate_concurrency, expires_at, hidden, version, deleted_at, id, hash, prefix,
                created_at, number)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
                (SELECT COALESCE(MAX(number), 0) + 1 FROM api_key))""";
    private static final String UPDATE = """
            UPDATE api_key SET account_id = ?, name = ?, kind = ?, disabled = ?, allow = ?, models = ?, spend_hour = ?,
                spend_day = ?, spend_total = ?, rate_requests = ?, rate_tokens = ?, rate_concurrency = ?, expires_at = ?,
                hidden = ?, version = ?, deleted_at = ?
            WHERE id = ?""";

    // Other nodes read on from the last number: under a new one they find the new hash.
    private static final String ROTATE = """
            UPDATE api_key SET hash = ?, prefix = ?, old_hash = ?, old_until = ?, version = ?,
                number = (SELECT COALESCE(MAX(number), 0) + 1 FROM api_key)
            WHERE id = ?""";
    // A call that found the row locked has left no time in it, but it has counted what it may spend.
    private static final String FORGET = """
            DELETE FROM api_key WHERE id IN (SELECT id FROM api_key
                WHERE deleted_at < ? AND deleted_at IS NOT NULL AND last_used_at IS NULL AND hidden = 0
                    AND NOT EXISTS (SELECT 1 FROM spend_window WHERE spend_window.key_id = api_key.id)
                ORDER BY deleted_at LIMIT ?%s)""";
    private static final String SELECT_SOME = """
            SELECT COUNT(*) FROM (SELECT 1 FROM api_key
                WHERE account_id = ? AND deleted_at IS NULL AND hidden = 0 LIMIT ?) AS found""";
    private static final String SET_ACCOUNT_RATES = """
            INSERT INTO account_rates (account_id, requests, tokens, concurrency) VALUES (?, ?, ?, ?)
            ON CONFLICT (account_id) DO UPDATE SET requests = excluded.requests, tokens = excluded.tokens,
                concurrency = excluded.concurrency""";

    private static final RowStatement LOCK = RowStatement.shared(
            "SELECT id FROM api_key WHERE id = ANY (?) OR hash = ANY (?) ORDER BY id" + Dialect.POSTGRESQL.lock(),
            "text",
            "text");

    /** A key and its hash, which stays in this package. */
    record Row(Key key, String hash, @Nullable String oldHash) {}

    private final Statements statements;

    KeyRows(Statements statements) {
        this.statements = statements;
    }

    /**
     * Takes all that are there, in one order, before any of them is read: two nodes neither wait for each other in a circle nor
     * write back what the other has changed.
     */
    void lock(List<String> idsOrHashes) throws SQLException {
        if (statements.dialect() == Dialect.POSTGRESQL) {
            Rows rows = LOCK.on(statements, row -> {});
            for (String idOrHash : idsOrHashes) {
                rows.text(idOrHash).text(idOrHash).next();
            }
            rows.finish();
        }
    }

    /** @return the number of keys that were erased */
    int forgetUnused(Instant before, int most) throws SQLException {
        boolean isShared = statements.dialect() == Dialect.POSTGRESQL;
        PreparedStatement delete = statements.of(FORGET.formatted(isShared ? " FOR UPDATE SKIP LOCKED" : ""));
        delete.setLong(1, before.toEpochMilli());
        delete.setInt(2, most);
        return delete.executeUpdate();
    }

    @Nullable
    Row byId(String id) throws SQLException {
        return row(SELECT_BY_ID, id);
    }

    @Nullable
    Row byHash(String hash) throws SQLException {
        return row(SELECT_BY_HASH, hash);
    }

    /** One that was deleted is none. */
    boolean hasAccount(String id) throws SQLException {
        PreparedStatement select = statements.of(SELECT_ACCOUNT);
        select.setString(1, id);
        try (ResultSet row = select.executeQuery()) {
            return row.next();
        }
    }

    void insert(Key key, String hash) throws SQLException {
        PreparedStatement insert = statements.of(INSERT);
        setChangeable(insert, key);
        insert.setString(17, key.id());
        insert.setString(18, hash);
        insert.setString(19, key.prefix());
        insert.setLong(20, key.createdAt().toEpochMilli());
        insert.executeUpdate();
    }

    void update(Key key) throws SQLException {
        PreparedStatement update = statements.of(UPDATE);
        setChangeable(update, key);
        update.setString(17, key.id());
        update.executeUpdate();
    }

    /** @param oldHash of the secret that stays good for a while; null: of none */
    void rotate(Key key, String hash, @Nullable String oldHash) throws SQLException {
        PreparedStatement update = statements.of(ROTATE);
        update.setString(1, hash);
        update.setString(2, key.prefix());
        update.setString(3, oldHash);
        KeySql.set(update, 4, KeySql.millis(key.oldSecretUntil()));
        update.setLong(5, key.version());
        update.setString(6, key.id());
        update.executeUpdate();
    }

    /** Whether the account has so many that can be used or enabled. */
    boolean hasKeys(String accountId, int count) throws SQLException {
        PreparedStatement select = statements.of(SELECT_SOME);
        select.setString(1, accountId);
        select.setInt(2, count);
        try (ResultSet row = select.executeQuery()) {
            return row.next() && row.getLong(1) >= count;
        }
    }

    void setAccountRates(String accountId, Rates rates) throws SQLException {
        PreparedStatement upsert = statements.of(SET_ACCOUNT_RATES);
        upsert.setString(1, accountId);
        KeySql.set(upsert, 2, rates.requests());
        KeySql.set(upsert, 3, rates.tokens());
        KeySql.set(upsert, 4, rates.concurrency());
        upsert.executeUpdate();
    }

    private static void setChangeable(PreparedStatement statement, Key key) throws SQLException {
        KeySettings settings = key.settings();
        statement.setString(1, key.accountId());
        statement.setString(2, settings.name());
        // The column knows two kinds; what is hidden calls models.
        statement.setString(3, (key.isHidden() ? KeyKind.API : settings.kind()).code());
        statement.setInt(4, key.disabled() ? 1 : 0);
        statement.setString(5, String.join(" ", settings.allow().texts()));
        statement.setString(6, String.join(" ", settings.models()));
        KeySql.set(statement, 7, settings.spend().hourMicros());
        KeySql.set(statement, 8, settings.spend().dayMicros());
        KeySql.set(statement, 9, settings.spend().totalMicros());
        KeySql.set(statement, 10, settings.rates().requests());
        KeySql.set(statement, 11, settings.rates().tokens());
        KeySql.set(statement, 12, settings.rates().concurrency());
        KeySql.set(statement, 13, KeySql.millis(settings.expiresAt()));
        statement.setInt(14, key.isHidden() ? 1 : 0);
        statement.setLong(15, key.version());
        KeySql.set(statement, 16, KeySql.millis(key.deletedAt()));
    }

    private @Nullable Row row(String sql, String value) throws SQLException {
        PreparedStatement select = statements.of(sql);
        select.setString(1, value);
        try (ResultSet row = select.executeQuery()) {
            return row.next() ? new Row(KeySql.key(row), row.getString("hash"), row.getString("old_hash")) : null;
        }
    }
}
