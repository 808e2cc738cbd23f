package dev.tollgate.keys;

import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.RowStatement;
import dev.tollgate.storage.RowStatement.Rows;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.sql.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads each key of a batch once, and notes at most once a minute that calls are let in with it. */
final class KeyStatePart implements Part<KeyState> {

    private static final long USED_EVERY_MILLIS = Duration.ofMinutes(1).toMillis();

    private static final String COLUMNS = """
            SELECT %s, api_key.id, api_key.disabled, account.blocked, COALESCE(api_key.expires_at, 9223372036854775807) AS ends_at,
                COALESCE(api_key.last_used_at, 0) AS used_at, api_key.spend_hour, api_key.spend_day, api_key.spend_total,
                api_key.prefix, COALESCE(api_key.old_until, 0) AS old_until, api_key.deleted_at,
                next.id AS next_id, next.member_id AS next_member, next.team_id AS next_team, next.origin_id AS next_origin
            FROM api_key JOIN account ON account.id = api_key.account_id
                LEFT JOIN api_key next ON next.id = api_key.moved_to""".formatted(KeySql.PAUSED_TEAM);
    private static final RowStatement SELECT =
            RowStatement.of(COLUMNS + " WHERE api_key.id = ?", COLUMNS + " WHERE api_key.id = ANY (?)", "text");

    // Of no importance where another node does it at the same time, so it does not wait for that. Others do wait for
    // it,
    // with accounts in their hands: so it is written when this batch has all the rows that it waits for.
    private static final RowStatement UPDATE =
            RowStatement.of("UPDATE api_key SET last_used_at = ? WHERE id = ?", """
            UPDATE api_key SET last_used_at = free.used_at
            FROM (SELECT api_key.id, r.used_at FROM api_key JOIN unnest(?, ?) AS r (used_at, id) ON r.id = api_key.id
                FOR NO KEY UPDATE OF api_key SKIP LOCKED) AS free
            WHERE api_key.id = free.id""", "bigint", "text");

    record State(
            boolean disabled,
            boolean blocked,
            boolean deleted,
            long expiresAtMillis,
            long lastUsedAtMillis,
            SpendLimits spend,
            String prefix,
            long oldUntilMillis,
            KeyState.@Nullable Moved movedTo,
            @Nullable String pausedTeam) {

        KeyState.Outcome at(long nowMillis, @Nullable String shown) {
            if (deleted) {
                return movedTo == null ? KeyState.Outcome.DELETED : KeyState.Outcome.MOVED;
            }
            if (shown != null && !shown.equals(prefix) && nowMillis >= oldUntilMillis) {
                return KeyState.Outcome.REPLACED;
            }
            if (blocked) {
                return KeyState.Outcome.ACCOUNT_BLOCKED;
            }
            if (disabled) {
                return KeyState.Outcome.DISABLED;
            }
            if (nowMillis >= expiresAtMillis) {
                return KeyState.Outcome.EXPIRED;
            }
            return pausedTeam == null ? KeyState.Outcome.USABLE : KeyState.Outcome.TEAM_PAUSED;
        }

        State used(long nowMillis) {
            return new State(
                    disabled,
                    blocked,
                    deleted,
                    expiresAtMillis,
                    nowMillis,
                    spend,
                    prefix,
                    oldUntilMillis,
                    movedTo,
                    pausedTeam);
        }
    }

    private final @Nullable RememberedStates remembered;
    private final Map<String, Long> used = new LinkedHashMap<>();
    private Map<String, State> states = Map.of();

    /** @param remembered what need not be read again, or null if others write to the database too */
    KeyStatePart(@Nullable RememberedStates remembered) {
        this.remembered = remembered;
    }

    @Override
    public Class<KeyState> type() {
        return KeyState.class;
    }

    @Override
    public void ask(Statements statements, List<KeyState> changes) throws SQLException {
        states = remembered == null ? new HashMap<>() : remembered.states();
        ask(statements, changes, states);
    }

    @Override
    public boolean decidesFromMemory() {
        return remembered != null;
    }

    @Override
    public boolean knows(List<KeyState> changes) {
        RememberedStates memory = Objects.requireNonNull(remembered);
        for (KeyState change : changes) {
            if (!memory.states().containsKey(change.keyId())) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void decide(Statements statements, List<KeyState> changes) {
        for (KeyState change : changes) {
            State state = states.get(change.keyId());
            long nowMillis = change.at().toEpochMilli();
            if (state == null) {
                change.found(KeyState.Outcome.UNKNOWN, SpendLimits.NONE, null, null);
                continue;
            }
            change.found(state.at(nowMillis, change.prefix()), state.spend(), state.movedTo(), state.pausedTeam());
            if (change.admits() && change.usable() && nowMillis - state.lastUsedAtMillis() >= USED_EVERY_MILLIS) {
                used.put(change.keyId(), nowMillis);
                states.put(change.keyId(), state.used(nowMillis));
            }
        }
    }

    @Override
    public void writeLast(Statements statements, List<KeyState> changes) throws SQLException {
        Rows updates = UPDATE.on(statements);
        for (Map.Entry<String, Long> use : used.entrySet()) {
            updates.number(use.getValue()).text(use.getKey()).next();
        }
        updates.finish();
        used.clear();
    }

    @Override
    public void undone() {
        used.clear();
        if (remembered != null) {
            remembered.forget();
        }
    }

    private static KeyState.@Nullable Moved movedTo(ResultSet row) throws SQLException {
        String id = row.getString("next_id");
        return id == null
                ? null
                : new KeyState.Moved(
                        id,
                        new KeyOwner(
                                row.getString("next_member"),
                                row.getString("next_team"),
                                row.getString("next_origin")));
    }

    private static void ask(Statements statements, List<KeyState> changes, Map<String, State> states)
            throws SQLException {
        Rows wanted = SELECT.on(
                statements,
                row -> states.put(
                        row.getString("id"),
                        new State(
                                row.getInt("disabled") == 1,
                                row.getInt("blocked") == 1,
                                Columns.numberOrNull(row, "deleted_at") != null,
                                row.getLong("ends_at"),
                                row.getLong("used_at"),
                                KeySql.spend(row),
                                row.getString("prefix"),
                                row.getLong("old_until"),
                                movedTo(row),
                                row.getString("paused_team"))));
        Set<String> keyIds = new LinkedHashSet<>();
        for (KeyState change : changes) {
            if (!states.containsKey(change.keyId()) && keyIds.add(change.keyId())) {
                wanted.text(change.keyId()).next();
            }
        }
        wanted.finishLater();
    }
}
