package dev.tollgate.customers.keys;

import dev.tollgate.base.error.Outcome;
import dev.tollgate.customers.roles.AccountLog.Changed;
import dev.tollgate.keys.Key;
import dev.tollgate.keys.KeyEdit;
import org.jspecify.annotations.Nullable;

/** A key before a change and after it. @param before null if it is new */
record ChangedKey(@Nullable Key before, Key after) {

    /** Returns the changed fields, for the account's log; null if there are none. */
    @Nullable
    Changed fields() {
        return KeyJson.changed(before, after.isDeleted() ? null : after);
    }

    /** Returns both, for the operator's log. */
    Changed whole() {
        return new Changed(
                before == null ? null : KeyJson.ofOperator(before, null).toString(),
                KeyJson.ofOperator(after, null).toString());
    }

    /** Returns the key of an edit; null if it was refused. */
    static @Nullable ChangedKey of(Outcome<KeyEdit.Changed> outcome) {
        return outcome instanceof Outcome.Done<KeyEdit.Changed>(KeyEdit.Changed(Key before, Key after))
                ? new ChangedKey(before, after)
                : null;
    }
}
