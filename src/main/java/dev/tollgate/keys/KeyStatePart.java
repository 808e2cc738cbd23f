package dev.tollgate.keys;

import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads each key of a batch once, and notes at most once a minute that it is used. */
final class KeyStatePart implements Part<KeyState> {

    private static final long USED_EVERY_MILLIS = Duration.ofMinutes(1).toMillis();

    private static final String SELECT = """
            SELECT api_key.disabled, account.blocked, COALESCE(api_key.expires_at, 9223372036854775807),
                COALESCE(api_key.last_used_at, 0)
            FROM api_key JOIN account ON account.id = api_key.account_id WHERE api_key.id = ?""";
    private static final String UPDATE = "UPDATE api_key SET last_used_at = ? WHERE id = ?";

    private record State(boolean disabled, boolean blocked, long expiresAtMillis, long lastUsedAtMillis) {

        KeyState.Outcome at(long nowMillis) {
            if (blocked) {
                return KeyState.Outcome.ACCOUNT_BLOCKED;
            }
            if (disabled) {
                return KeyState.Outcome.DISABLED;
            }
            return nowMillis < expiresAtMillis ? KeyState.Outcome.USABLE : KeyState.Outcome.EXPIRED;
        }

        State used(long nowMillis) {
            return new State(disabled, blocked, expiresAtMillis, nowMillis);
        }
    }

    @Override
    public Class<KeyState> type() {
        return KeyState.class;
    }

    @Override
    public void apply(Statements statements, List<KeyState> changes) throws SQLException {
        Map<String, State> states = new HashMap<>();
        for (KeyState change : changes) {
            State state = states.get(change.keyId());
            if (state == null) {
                state = read(statements, change.keyId());
            }
            if (state == null) {
                change.found(KeyState.Outcome.UNKNOWN);
            } else {
                states.put(change.keyId(), decide(statements, change, state));
            }
        }
    }

    private static State decide(Statements statements, KeyState change, State state) throws SQLException {
        long nowMillis = change.at().toEpochMilli();
        change.found(state.at(nowMillis));
        if (!change.usable() || nowMillis - state.lastUsedAtMillis() < USED_EVERY_MILLIS) {
            return state;
        }
        PreparedStatement update = statements.of(UPDATE);
        update.setLong(1, nowMillis);
        update.setString(2, change.keyId());
        update.executeUpdate();
        return state.used(nowMillis);
    }

    private static @Nullable State read(Statements statements, String keyId) throws SQLException {
        PreparedStatement select = statements.of(SELECT);
        select.setString(1, keyId);
        try (ResultSet row = select.executeQuery()) {
            return row.next()
                    ? new State(row.getInt(1) == 1, row.getInt(2) == 1, row.getLong(3), row.getLong(4))
                    : null;
        }
    }
}
