package dev.tollgate.customers.keys;

import java.sql.SQLException;

/** A change of a key that is there. What was counted stays counted (decision D47). */
public abstract sealed class KeyEdit extends KeyChange<KeyEdit.Outcome>
        permits SetKey, DisableKey, DeleteKey, RotateKey {

    /** The outcome of a change. */
    public sealed interface Outcome {}

    /** @param key as it is now */
    public record Changed(Key key) implements Outcome {}

    /** The account has no key with that id. Deleted and hidden keys do not count. */
    public record NoSuchKey() implements Outcome {}

    /** Somebody else has changed it since it was read. @param key as it is now */
    public record ChangedMeanwhile(Key key) implements Outcome {}

    private final String id;
    private final KeyCondition condition;

    KeyEdit(String id, KeyCondition condition) {
        this.id = id;
        this.condition = condition;
    }

    @Override
    final String idOrHash() {
        return id;
    }

    /** Returns the changed key. Runs on the writer's thread. */
    abstract Key edited(Key old);

    void write(KeyRows rows, KeyRows.Row present, Key changed) throws SQLException {
        rows.update(changed);
    }

    @Override
    final Outcome decideOver(KeyRows rows) throws SQLException {
        KeyRows.Row present = rows.byId(id);
        if (present == null
                || present.key().isDeleted()
                || present.key().isHidden()
                || !condition.isOf(present.key())) {
            return new NoSuchKey();
        }
        if (!condition.hasSeen(present.key())) {
            return new ChangedMeanwhile(present.key());
        }
        Key changed = edited(present.key()).asNextVersion();
        write(rows, present, changed);
        touch(present);
        return new Changed(changed);
    }
}
