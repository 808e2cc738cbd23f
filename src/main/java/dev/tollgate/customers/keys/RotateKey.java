package dev.tollgate.customers.keys;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Gives a key another secret; id, limits and counters stay. The old secret is good for a time, and only the last one: to rotate again ends
 * the one before.
 */
public final class RotateKey extends KeyEdit {

    /** The longest time that an old secret may be good for. */
    public static final Duration GRACE_MAX = Duration.ofDays(30);

    private final KeySecret secret;
    private final @Nullable Instant oldUntil;

    /**
     * @param secret the new one
     * @param grace how long the old one stays good, 0 to {@link #GRACE_MAX}
     */
    public RotateKey(String id, KeyCondition condition, KeySecret secret, Duration grace, Instant at) {
        super(id, condition);
        if (grace.isNegative() || grace.compareTo(GRACE_MAX) > 0) {
            throw new IllegalArgumentException(
                    "an old key stays good for 0 to " + GRACE_MAX.toSeconds() + " seconds, not " + grace.toSeconds());
        }
        this.secret = secret;
        this.oldUntil = grace.isZero() ? null : at.plus(grace);
    }

    @Override
    Key edited(Key old) {
        return old.withSecret(secret.prefix(), oldUntil);
    }

    @Override
    void write(KeyRows rows, KeyRows.Row present, Key changed) throws SQLException {
        rows.rotate(changed, secret.hash(), oldUntil == null ? null : present.hash());
        touch(secret.hash());
    }
}
