package dev.tollgate.customers.keys;

import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Changes what a key's owner can choose. */
public final class SetKey extends KeyEdit {

    private final UnaryOperator<KeySettings> edit;
    private final @Nullable Boolean disabled;

    /**
     * @param edit run on the writer's thread over the settings as they are then; must not block or fail
     * @param disabled null: stays as it is
     */
    public SetKey(String id, KeyCondition condition, UnaryOperator<KeySettings> edit, @Nullable Boolean disabled) {
        super(id, condition);
        this.edit = edit;
        this.disabled = disabled;
    }

    /** Anybody's, whatever it has become. */
    public SetKey(String id, UnaryOperator<KeySettings> edit) {
        this(id, KeyCondition.NONE, edit, null);
    }

    @Override
    Key edited(Key old) {
        Key changed = old.withSettings(edit.apply(old.settings()));
        return disabled == null ? changed : changed.withDisabled(disabled);
    }
}
