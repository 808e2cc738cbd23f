package dev.tollgate.keys;

import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.RowStatement;
import dev.tollgate.storage.RowStatement.Rows;
import dev.tollgate.storage.Statements;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The keys' SQL on the writer's connection. */
final class KeyRows {

    private static final String SELECT_BY_ID = "SELECT " + KeySql.COLUMNS + " FROM api_key WHERE id = ?";
    private static final String SELECT_BY_HASH = "SELECT " + KeySql.COLUMNS + " FROM api_key WHERE hash = ?";
    private static final String SELECT_ACCOUNT = "SELECT 1 FROM account WHERE id = ?";
    private static final String INSERT = """
            INSERT INTO api_key (account_id, name, kind, disabled, allow, models, spend_hour, spend_day, spend_total,
                rate_requests, expires_at, id, hash, prefix, created_at, number)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT COALESCE(MAX(number), 0) + 1 FROM api_key))""";
    private static final String UPDATE = """
            UPDATE api_key SET account_id = ?, name = ?, kind = ?, disabled = ?, allow = ?, models = ?, spend_hour = ?,
                spend_day = ?, spend_total = ?, rate_requests = ?, expires_at = ?
            WHERE id = ?""";

    private static final RowStatement LOCK = RowStatement.shared(
            "SELECT id FROM api_key WHERE id = ANY (?) OR hash = ANY (?) ORDER BY id" + Dialect.POSTGRESQL.lock(),
            "text",
            "text");

    /** A key and its hash, which is nobody else's business. */
    record Row(Key key, String hash) {}

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

    @Nullable
    Row byId(String id) throws SQLException {
        return row(SELECT_BY_ID, id);
    }

    @Nullable
    Row byHash(String hash) throws SQLException {
        return row(SELECT_BY_HASH, hash);
    }

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
        insert.setString(12, key.id());
        insert.setString(13, hash);
        insert.setString(14, key.prefix());
        insert.setLong(15, key.createdAt().toEpochMilli());
        insert.executeUpdate();
    }

    void update(Key key) throws SQLException {
        PreparedStatement update = statements.of(UPDATE);
        setChangeable(update, key);
        update.setString(12, key.id());
        update.executeUpdate();
    }

    private static void setChangeable(PreparedStatement statement, Key key) throws SQLException {
        KeySettings settings = key.settings();
        statement.setString(1, key.accountId());
        statement.setString(2, settings.name());
        statement.setString(3, settings.kind().code());
        statement.setInt(4, key.disabled() ? 1 : 0);
        statement.setString(5, String.join(" ", settings.allow().texts()));
        statement.setString(6, String.join(" ", settings.models()));
        KeySql.set(statement, 7, settings.spend().hourMicros());
        KeySql.set(statement, 8, settings.spend().dayMicros());
        KeySql.set(statement, 9, settings.spend().totalMicros());
        KeySql.set(statement, 10, settings.requestsPerMinute());
        KeySql.set(statement, 11, KeySql.millis(settings.expiresAt()));
    }

    private @Nullable Row row(String sql, String value) throws SQLException {
        PreparedStatement select = statements.of(sql);
        select.setString(1, value);
        try (ResultSet row = select.executeQuery()) {
            return row.next() ? new Row(KeySql.key(row), row.getString("hash")) : null;
        }
    }
}
