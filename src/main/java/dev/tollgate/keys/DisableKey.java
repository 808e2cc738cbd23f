package dev.tollgate.keys;

import java.sql.SQLException;

/** Disables a key, or enables it again. */
public final class DisableKey extends KeyChange<SetKey.Outcome> {

    private final String id;
    private final boolean disabled;

    public DisableKey(String id, boolean disabled) {
        this.id = id;
        this.disabled = disabled;
    }

    @Override
    String idOrHash() {
        return id;
    }

    @Override
    SetKey.Outcome decideOver(KeyRows rows) throws SQLException {
        KeyRows.Row present = rows.byId(id);
        if (present == null) {
            return new SetKey.NoSuchKey();
        }
        Key old = present.key();
        Key changed = new Key(
                old.id(), old.accountId(), old.prefix(), old.settings(), disabled, old.createdAt(), old.lastUsedAt());
        rows.update(changed);
        touch(present.hash());
        return new SetKey.Changed(changed);
    }
}
