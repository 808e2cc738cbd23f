package dev.tollgate.keys;

import java.sql.SQLException;
import java.util.function.UnaryOperator;

/** Changes what a key's owner can choose. What was counted stays counted (decision D47). */
public final class SetKey extends KeyChange<SetKey.Outcome> {

    /** What became of it. */
    public sealed interface Outcome {}

    public record Changed(Key key) implements Outcome {}

    public record NoSuchKey() implements Outcome {}

    private final String id;
    private final UnaryOperator<KeySettings> edit;

    /** @param edit run on the writer's thread over the settings as they are then; must not block or fail */
    public SetKey(String id, UnaryOperator<KeySettings> edit) {
        this.id = id;
        this.edit = edit;
    }

    @Override
    String idOrHash() {
        return id;
    }

    @Override
    Outcome decideOver(KeyRows rows) throws SQLException {
        KeyRows.Row present = rows.byId(id);
        if (present == null) {
            return new NoSuchKey();
        }
        Key old = present.key();
        Key changed = new Key(
                old.id(),
                old.accountId(),
                old.prefix(),
                edit.apply(old.settings()),
                old.disabled(),
                old.createdAt(),
                old.lastUsedAt());
        rows.update(changed);
        touch(present.hash());
        return new Changed(changed);
    }
}
