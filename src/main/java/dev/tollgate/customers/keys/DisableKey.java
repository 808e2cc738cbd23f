package dev.tollgate.customers.keys;

/** Disables a key, or enables it again. */
public final class DisableKey extends KeyEdit {

    private final boolean disabled;

    public DisableKey(String id, KeyCondition condition, boolean disabled) {
        super(id, condition);
        this.disabled = disabled;
    }

    /** Anybody's, whatever it has become. */
    public DisableKey(String id, boolean disabled) {
        this(id, KeyCondition.NONE, disabled);
    }

    @Override
    Key edited(Key old) {
        return old.withDisabled(disabled);
    }
}
