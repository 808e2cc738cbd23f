package dev.tollgate.keys;

import dev.tollgate.base.ids.CallLabels;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.books.budgets.BudgetSql;
import dev.tollgate.books.ledger.Account;
import dev.tollgate.http.limits.CallLimits;
import dev.tollgate.keys.KeyCaller.LabelRules;
import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.RowStatement;
import dev.tollgate.storage.RowStatement.Rows;
import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The keys' SQL on the writer's connection. */
public final class KeyRows {

    private static final String SELECT_BY_ID = "SELECT " + KeySql.COLUMNS + " FROM api_key WHERE id = ?";
    private static final String SELECT_BY_HASH = "SELECT " + KeySql.COLUMNS + " FROM api_key WHERE hash = ?";
    private static final String SELECT_ACCOUNT = "SELECT 1 FROM account WHERE id = ? AND deleted_at IS NULL";
    private static final String INSERT = """
            INSERT INTO api_key (account_id, name, kind, disabled, allow, models, spend_hour, spend_day, spend_total,
                rate_requests, rate_tokens, rate_concurrency, max_input_price, max_output_price, expires_at, hidden, version, deleted_at, locked, tags, id, hash, prefix,
                created_at, member_id, team_id, origin_id, created_by, scopes, number)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
                (SELECT COALESCE(MAX(number), 0) + 1 FROM api_key))""";
    private static final String UPDATE = """
            UPDATE api_key SET account_id = ?, name = ?, kind = ?, disabled = ?, allow = ?, models = ?, spend_hour = ?,
                spend_day = ?, spend_total = ?, rate_requests = ?, rate_tokens = ?, rate_concurrency = ?, max_input_price = ?,
                max_output_price = ?, expires_at = ?,
                hidden = ?, version = ?, deleted_at = ?, locked = ?, tags = ?
            WHERE id = ?""";

    // Other nodes read on from the last number: under a new one they find the new hash. Who rotates a member's former
    // key gets its secret, and
    // must not read the responses that it kept for the member: the key begins again.
    private static final String ROTATE = """
            UPDATE api_key SET hash = ?, prefix = ?, old_hash = ?, old_until = ?, version = ?, marked = '',
                origin_id = CASE WHEN member_id = ''
                        AND EXISTS (SELECT 1 FROM api_key o WHERE o.id = api_key.origin_id AND o.member_id <> '')
                    THEN id ELSE origin_id END,
                number = (SELECT COALESCE(MAX(number), 0) + 1 FROM api_key)
            WHERE id = ?""";
    // A call that found the row locked has left no time in it, but it has counted what it may spend.
    private static final String FORGET = """
            DELETE FROM api_key WHERE id IN (SELECT id FROM api_key
                WHERE deleted_at < ? AND deleted_at IS NOT NULL AND last_used_at IS NULL AND hidden = 0
                    AND NOT EXISTS (SELECT 1 FROM spend_window WHERE spend_window.key_id = api_key.id)
                ORDER BY deleted_at LIMIT ?%s)""";
    private static final String MOVE = """
            UPDATE api_key SET hash = ?, old_hash = NULL, old_until = NULL, moved_to = ?, deleted_at = ?, version = version + 1
            WHERE id = ?""";
    private static final String TAKE_OVER = """
            UPDATE api_key SET old_hash = ?, old_until = ?,
                marked = (SELECT marked FROM api_key WHERE id = ?), last_used_at = ? WHERE id = ?""";
    private static final String MARK_MADE = """
            UPDATE api_key SET marked = ? WHERE account_id = ? AND created_by = ? AND team_id = COALESCE(?, team_id)
                AND member_id = '' AND deleted_at IS NULL AND hidden = 0""";
    private static final String MARK = "UPDATE api_key SET marked = ? WHERE id = ?";
    private static final String SELECT_SOME = """
            SELECT COUNT(*) FROM (SELECT 1 FROM api_key
                WHERE account_id = ? AND deleted_at IS NULL AND hidden = 0 AND member_id = '' AND team_id = '' LIMIT ?) AS found""";
    private static final String SELECT_ALL =
            "SELECT COUNT(*) FROM api_key WHERE account_id = ? AND deleted_at IS NULL AND hidden = 0";
    private static final String SELECT_MEMBERS = SELECT_ALL + " AND member_id = ?";
    private static final String SELECT_TEAMS = SELECT_ALL + " AND team_id = ? AND member_id = ''";
    private static final String MEMBER = "SELECT 1 FROM member WHERE id = ? AND account_id = ? AND left_at IS NULL";
    private static final String TEAM = "SELECT 1 FROM team WHERE id = ? AND account_id = ? AND archived_at IS NULL";
    private static final String FELLOW = "SELECT 1 FROM team_member WHERE team_id = ? AND member_id = ?";
    private static final String SET_ACCOUNT_RATES = """
            INSERT INTO account_rates (account_id, requests, tokens, concurrency) VALUES (?, ?, ?, ?)
            ON CONFLICT (account_id) DO UPDATE SET requests = excluded.requests, tokens = excluded.tokens,
                concurrency = excluded.concurrency""";

    private static final RowStatement LOCK = RowStatement.shared(
            "SELECT id FROM api_key WHERE id = ANY (?) OR hash = ANY (?) ORDER BY id" + Dialect.POSTGRESQL.lock(),
            "text",
            "text");

    /** The most keys of an account, account keys included. */
    public static final int KEYS_OF_ALL_MAX = 1_000;

    /** The most keys of an account that are neither a member's nor a team's. */
    public static final int KEYS_OF_ACCOUNT_MAX = 100;

    public static final int KEYS_OF_MEMBER_MAX = 10;

    /** The most service keys of a team. */
    public static final int KEYS_OF_TEAM_MAX = 50;

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
        return statements.run(FORGET.formatted(isShared ? " FOR UPDATE SKIP LOCKED" : ""), before, most);
    }

    @Nullable
    Row byId(String id) throws SQLException {
        return row(SELECT_BY_ID, id);
    }

    @Nullable
    Row byHash(String hash) throws SQLException {
        return row(SELECT_BY_HASH, hash);
    }

    /** Returns whether the account exists and is not deleted. */
    boolean hasAccount(String id) throws SQLException {
        return statements.has(SELECT_ACCOUNT, id);
    }

    /** @param createdBy the person or key that makes it; empty for the program and the operator */
    void insert(Key key, String hash, String createdBy) throws SQLException {
        List<@Nullable Object> values = changeable(key);
        KeyOwner owner = key.owner();
        Collections.addAll(values, key.id(), hash, key.prefix(), key.createdAt());
        Collections.addAll(values, owner.memberId(), owner.teamId(), owner.originId(), createdBy, scopes(key));
        statements.run(INSERT, values.toArray());
    }

    void update(Key key) throws SQLException {
        List<@Nullable Object> values = changeable(key);
        values.add(key.id());
        statements.run(UPDATE, values.toArray());
    }

    /** @param oldHash of the secret that stays good for a while; null: of none */
    void rotate(Key key, String hash, @Nullable String oldHash) throws SQLException {
        statements.run(ROTATE, hash, key.prefix(), oldHash, key.oldSecretUntil(), key.version(), key.id());
    }

    /**
     * Writes the row under the next id of a key that is moved, which takes over the secrets and the budgets; the old row keeps a hash that no secret
     * has.
     */
    void move(Row present, Key next, Instant at, String createdBy) throws SQLException {
        String id = present.key().id();
        statements.run(MOVE, "moved " + id, next.id(), at, id);
        insert(next, present.hash(), createdBy);
        statements.run(TAKE_OVER, present.oldHash(), next.oldSecretUntil(), id, next.lastUsedAt(), next.id());
        if (new BudgetSql(statements).copy(next.accountId(), id, next.id())) {
            Account.Change.BUDGETS_VERSION.run(statements, next.accountId());
        }
    }

    /** Marks the keys that a person has made, and others. @param teamId null for all of the account @return their number */
    int mark(String accountId, String personId, @Nullable String teamId, List<String> others) throws SQLException {
        int marked = statements.run(MARK_MADE, personId, accountId, personId, teamId);
        for (String id : others) {
            marked += statements.run(MARK, personId, id);
        }
        return marked;
    }

    /** Returns the ids of the live keys of an owner, in their order. @param memberId null for any; @param teamId null for any */
    List<String> owned(String accountId, @Nullable String memberId, @Nullable String teamId) throws SQLException {
        return KeySql.owned(statements, accountId, memberId, teamId);
    }

    /** Returns whether a key may have this owner: the member is live, in the team if there is one, and the team is not archived. */
    boolean hasOwner(String accountId, KeyOwner owner) throws SQLException {
        boolean hasMember = owner.memberId().isEmpty() || statements.has(MEMBER, owner.memberId(), accountId);
        boolean hasTeam = owner.teamId().isEmpty() || statements.has(TEAM, owner.teamId(), accountId);
        boolean isTogether = owner.memberId().isEmpty()
                || owner.teamId().isEmpty()
                || statements.has(FELLOW, owner.teamId(), owner.memberId());
        return hasMember && hasTeam && isTogether;
    }

    /** Returns whether the account, or the owner in it, has as many as it may have. @param accountMax of account keys */
    boolean isFull(String accountId, KeyOwner owner, int accountMax) throws SQLException {
        if (owner.id().isEmpty()) {
            return statements.number(SELECT_SOME, accountId, accountMax) >= accountMax
                    || statements.number(SELECT_ALL, accountId) >= KEYS_OF_ALL_MAX;
        }
        boolean isPersonal = !owner.memberId().isEmpty();
        long its = isPersonal
                ? statements.number(SELECT_MEMBERS, accountId, owner.memberId())
                : statements.number(SELECT_TEAMS, accountId, owner.teamId());
        return its >= (isPersonal ? KEYS_OF_MEMBER_MAX : KEYS_OF_TEAM_MAX)
                || statements.number(SELECT_ALL, accountId) >= KEYS_OF_ALL_MAX;
    }

    CallLimits accountRates(String accountId) throws SQLException {
        return KeySql.accountRates(statements, accountId);
    }

    void setAccountRates(String accountId, CallLimits rates) throws SQLException {
        statements.run(SET_ACCOUNT_RATES, accountId, rates.requests(), rates.tokens(), rates.concurrency());
    }

    @Nullable
    LabelRules labelRules(String accountId) throws SQLException {
        return KeySql.labelRules(statements, accountId);
    }

    void setLabelRules(String accountId, LabelRules rules) throws SQLException {
        Account.Change.LABEL_RULES.run(statements, String.join(" ", rules.names()), rules.endUsers(), accountId);
    }

    /** Returns nothing for the standard ones. */
    private static String scopes(Key key) {
        return isStandard(key)
                ? ""
                : String.join(" ", Scope.codes(key.settings().scopes()));
    }

    private static boolean isStandard(Key key) {
        return key.settings().kind() != KeyKind.MANAGEMENT
                || key.settings().scopes().equals(Scope.STANDARD);
    }

    /** Returns the values of the columns that a change may change. */
    private static List<@Nullable Object> changeable(Key key) {
        KeySettings settings = key.settings();
        List<@Nullable Object> values = new ArrayList<>();
        Collections.addAll(
                values,
                key.accountId(),
                settings.name(),
                // The column knows two kinds; what is hidden calls models.
                (key.isHidden() ? KeyKind.API : settings.kind()).code(),
                key.disabled(),
                String.join(" ", settings.allow().texts()),
                String.join(" ", settings.models()),
                settings.spend().hourMicros(),
                settings.spend().dayMicros(),
                settings.spend().totalMicros(),
                settings.rates().requests(),
                settings.rates().tokens(),
                settings.rates().concurrency(),
                settings.ceiling().inputMicros(),
                settings.ceiling().outputMicros(),
                settings.expiresAt(),
                key.isHidden(),
                key.version(),
                key.deletedAt(),
                String.join(" ", KeyLock.codes(key.locks())),
                CallLabels.text(settings.tags()));
        return values;
    }

    private @Nullable Row row(String sql, String value) throws SQLException {
        return statements.one(
                sql, row -> new Row(KeySql.key(row), row.getString("hash"), row.getString("old_hash")), value);
    }
}
