package dev.tollgate.keys;

import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.base.log.Event;
import dev.tollgate.http.limits.CallLimits;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.sql.Columns;
import dev.tollgate.storage.sql.Reads;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Authenticates callers and lists keys. */
public final class Keys {

    /** The most that one page of a list holds. */
    public static final int PAGE_MAX = 1_000;

    /**
     * The longest time for which another node's change of a key stays unseen without a reservation; a reservation always
     * reads the state again.
     */
    private static final Duration SHARED_KEEP = Duration.ofSeconds(1);

    private static final Logger log = LoggerFactory.getLogger(Keys.class);

    private static final String SELECT_KNOWN = "SELECT " + KeySql.COLUMNS + ", account.blocked AS account_blocked,"
            + " account.tag_names, account.end_users,"
            + " account_rates.requests, account_rates.tokens, account_rates.concurrency"
            + " FROM api_key JOIN account ON account.id = api_key.account_id"
            + " LEFT JOIN account_rates ON account_rates.account_id = api_key.account_id WHERE ";
    private static final String SELECT_BY_HASH = SELECT_KNOWN + "api_key.hash = ?";
    private static final String SELECT_BY_OLD_HASH = SELECT_KNOWN + "api_key.old_hash = ?";
    private static final String SELECT_SUCCESSOR =
            SELECT_KNOWN + "api_key.account_id = ? AND (api_key.id = ? OR api_key.origin_id = ?)"
                    + " ORDER BY CASE WHEN api_key.deleted_at IS NULL THEN 0 ELSE 1 END LIMIT 1";
    private static final String SELECT_BY_ID = "SELECT " + KeySql.COLUMNS + " FROM api_key WHERE id = ?";
    private static final String SELECT_PAGE = "SELECT " + KeySql.COLUMNS
            + " FROM api_key WHERE id > ? AND hidden = 0 AND deleted_at IS NULL" + " ORDER BY id LIMIT ?";
    private static final String SELECT_PAGE_OF_ACCOUNT =
            "SELECT " + KeySql.COLUMNS + " FROM api_key WHERE account_id = ?"
                    + " AND id > ? AND hidden = 0 AND deleted_at IS NULL ORDER BY id LIMIT ?";
    private static final String SELECT_EVER =
            "SELECT " + KeySql.COLUMNS + " FROM api_key WHERE account_id = ? AND id > ? ORDER BY id LIMIT ?";

    private static final String SELECT_MARKED =
            "SELECT id, marked FROM api_key WHERE account_id = ? AND marked <> '' AND deleted_at IS NULL ORDER BY id LIMIT 1000";

    private final Database database;
    private final InstantSource clock;
    private final KeyCache cache;
    private final RememberedStates remembered = new RememberedStates();
    private final KeyRoll roll;
    private final KeyLookups lookups;

    public Keys(Database database, InstantSource clock) {
        this.database = database;
        this.roll = new KeyRoll(database);
        this.clock = clock;
        Duration keep = database.dialect() == Dialect.SQLITE ? null : SHARED_KEEP;
        this.cache = new KeyCache(keep);
        this.lookups = new KeyLookups(cache, keep, this::lookUp);
    }

    /**
     * Returns whether a header's value holds a key that very probably exists. Asks no database and waits for nothing: a key that another
     * server has just made is none here.
     *
     * @param value an API key, with or without {@code Bearer} before it
     */
    public boolean isOnRoll(String value) {
        String secret = value.substring(value.lastIndexOf(' ') + 1);
        return roll.find(KeySecret.hash(secret)) == KeyRoll.Entry.LISTED;
    }

    /**
     * Reads which keys there are, so that from now on an unknown one costs no question to the database. For servers, once, before the first
     * caller; a million keys take about a second and 12 to 24 MB. Blocks.
     *
     * @throws StoreException when the database fails
     */
    public void callTheRoll() {
        roll.load();
    }

    /** Returns the number of reads of keys that other servers may have created. */
    long readings() {
        return roll.readings();
    }

    /** Reads the keys' state for reservations: goes before the ledger. */
    public Part<?> statePart() {
        return new KeyStatePart(database.dialect() == Dialect.SQLITE ? remembered : null);
    }

    /** Writes changes of keys: goes after the ledger, since a key may be made in one unit with its account. */
    public Part<?> changesPart() {
        return new KeyChangesPart(roll, cache, remembered);
    }

    /** Forgets the keys of an account. Call it on the writer's thread after the account was blocked or unblocked. */
    public void forgetAccount(String accountId) {
        remembered.forget();
        cache.forgetAccount(accountId);
    }

    /**
     * Authenticates a caller without blocking: a cached key is reported immediately on this thread, any other is looked up on a virtual thread
     * and reported there.
     *
     * @param rawKey as the caller sent it
     * @param network stands for the caller's address, which may use only a part of the lookups
     * @param result called exactly once
     */
    public void authenticate(String rawKey, String network, Consumer<Authentication> result) {
        if (!KeySecret.isPlausible(rawKey)) {
            result.accept(new Authentication.Unknown());
            return;
        }
        String hash = KeySecret.hash(rawKey);
        KeyCache.Known known = cache.known(hash);
        if (known != null) {
            result.accept(judge(known));
            return;
        }
        switch (roll.find(hash)) {
            case UNKNOWN -> result.accept(new Authentication.Unknown());
            case LISTED -> lookups.ask(hash, network, result);
            case PERHAPS_NEW -> roll.readOn(read -> readOn(hash, network, read, result));
        }
    }

    private void readOn(String hash, String network, boolean read, Consumer<Authentication> result) {
        if (!read) {
            result.accept(new Authentication.Unavailable());
        } else if (roll.find(hash) == KeyRoll.Entry.LISTED) {
            lookups.ask(hash, network, result);
        } else {
            result.accept(new Authentication.Unknown());
        }
    }

    /** Authenticates a key and blocks: for virtual threads. */
    public Authentication find(String rawKey) {
        if (!KeySecret.isPlausible(rawKey)) {
            return new Authentication.Unknown();
        }
        return findByHash(KeySecret.hash(rawKey));
    }

    private Authentication findByHash(String hash) {
        KeyCache.Known known = cache.known(hash);
        return known == null ? lookUp(hash) : judge(known);
    }

    /** Returns the key of an id, also if it is deleted or hidden. */
    public Optional<Key> byId(String id) {
        return database.read(sql -> Optional.ofNullable(sql.one(SELECT_BY_ID, KeySql::key, id)));
    }

    /**
     * Returns keys in the order of their ids, without deleted and hidden ones.
     *
     * @param accountId null for all accounts
     * @param after the last id of the page before, or null
     * @param limit 1 to {@value #PAGE_MAX}
     */
    public List<Key> list(@Nullable String accountId, @Nullable String after, int limit) {
        requirePage(limit);
        String from = after == null ? "" : after;
        return database.read(sql -> accountId == null
                ? sql.list(SELECT_PAGE, KeySql::key, from, limit)
                : sql.list(SELECT_PAGE_OF_ACCOUNT, KeySql::key, accountId, from, limit));
    }

    /** All keys that an account has ever had, in the order of their ids: for the names in its history. Parameters as above. */
    public List<Key> everMade(String accountId, @Nullable String after, int limit) {
        requirePage(limit);
        return database.read(sql -> sql.list(SELECT_EVER, KeySql::key, accountId, after == null ? "" : after, limit));
    }

    /** Returns the ids of the live keys of an owner, in their order. @param memberId null for any; @param teamId null for any */
    public List<String> owned(String accountId, @Nullable String memberId, @Nullable String teamId) {
        return database.read(sql -> KeySql.owned(sql, accountId, memberId, teamId));
    }

    /** Returns the keys that an account has ever had, as far as a reader sees them, in the order of their ids; at most {@value #PAGE_MAX}. */
    public List<Key> everMade(String accountId, KeyView view) {
        List<Object> values = new ArrayList<>(List.of(accountId));
        String seen = view.isAll() ? "" : " AND " + view.sql("api_key", values);
        String text = "SELECT " + KeySql.COLUMNS + " FROM api_key WHERE account_id = ?" + seen + " ORDER BY id LIMIT "
                + PAGE_MAX;
        return database.read(sql -> sql.list(text, KeySql::key, values.toArray()));
    }

    /** Returns the persons who have left and may know the secret of a key, by the ids of the live keys of an account. */
    public Map<String, String> marked(String accountId) {
        return database.read(sql -> {
            Map<String, String> marked = new LinkedHashMap<>();
            sql.each(SELECT_MARKED, row -> marked.put(row.getString(1), row.getString(2)), accountId);
            return marked;
        });
    }

    private static void requirePage(int limit) {
        if (limit < 1 || limit > PAGE_MAX) {
            throw new IllegalArgumentException("a page has 1 to " + PAGE_MAX + " keys, not " + limit);
        }
    }

    /** Returns the rates that all keys of an account share. */
    public CallLimits accountRates(String accountId) {
        return database.read(sql -> KeySql.accountRates(sql, accountId));
    }

    /** Returns the caller that a member is in the playground; empty until {@link KeyChange#ensureHidden} has made the key. Blocks. */
    public Optional<Authentication> hidden(String memberId) {
        Authentication found = findByHash(KeyChange.hiddenHash(memberId));
        return found instanceof Authentication.Unknown ? Optional.empty() : Optional.of(found);
    }

    /** Judges whether what a key began may go on: by the key, or by that which it was moved to. Blocks. @param originId the key's first id */
    public Authentication successor(String accountId, String originId) {
        KeyCache.Known found = database.readFor(
                accountId, sql -> sql.one(SELECT_SUCCESSOR, row -> known(row, false), accountId, originId, originId));
        return found == null ? new Authentication.Unknown() : judge(found);
    }

    /** Returns a key as it is now: the one with an id, or that which it was moved to. @param originId the key's first id */
    public Optional<Key> latest(String accountId, String originId) {
        return database.readFor(
                accountId,
                sql -> Optional.ofNullable(
                        sql.one(SELECT_SUCCESSOR, row -> known(row, false).key(), accountId, originId, originId)));
    }

    private Authentication lookUp(String hash) {
        try {
            long stamp = cache.stamp();
            KeyCache.Known found = database.read(sql -> {
                KeyCache.Known present = byHash(sql, SELECT_BY_HASH, "hash", hash);
                return present == null ? byHash(sql, SELECT_BY_OLD_HASH, "old_hash", hash) : present;
            });
            if (found == null) {
                return new Authentication.Unknown();
            }
            cache.offer(hash, found, stamp);
            return judge(found);
        } catch (RuntimeException | Error e) {
            Fatal.check(e);
            log.error(Event.STORE_UNAVAILABLE, "a key could not be looked up", e);
            return new Authentication.Unavailable();
        }
    }

    private Authentication judge(KeyCache.Known known) {
        Instant now = clock.instant();
        Key key = known.key();
        if (key.isDeleted()) {
            return new Authentication.Deleted(key);
        }
        Instant oldUntil = key.oldSecretUntil();
        if (known.isOld() && (oldUntil == null || !now.isBefore(oldUntil))) {
            return new Authentication.Replaced(key);
        }
        if (known.accountBlocked()) {
            return new Authentication.AccountBlocked(key);
        }
        if (key.disabled()) {
            return new Authentication.Disabled(key);
        }
        if (key.expired(now)) {
            return new Authentication.Expired(key);
        }
        return key.pausedTeam() != null
                ? new Authentication.TeamPaused(key)
                : new Authentication.Found(key, known.accountRates(), known.labels());
    }

    private static KeyCache.@Nullable Known byHash(Reads sql, String text, String column, String hash)
            throws SQLException {
        return sql.one(
                text, row -> same(row.getString(column), hash) ? known(row, column.equals("old_hash")) : null, hash);
    }

    private static KeyCache.Known known(ResultSet row, boolean isOld) throws SQLException {
        return new KeyCache.Known(
                KeySql.key(row),
                Columns.flag(row, "account_blocked"),
                KeySql.accountRates(row),
                KeySql.labelRules(row),
                isOld);
    }

    /** Compares two hashes in constant time; what the index found is already the hash of the secret and not the secret. */
    private static boolean same(String stored, String computed) {
        return MessageDigest.isEqual(
                stored.getBytes(StandardCharsets.US_ASCII), computed.getBytes(StandardCharsets.US_ASCII));
    }
}
