package dev.tollgate.customers.keys;

import org.jspecify.annotations.Nullable;

/**
 * Which key a change is meant for, beside its id.
 *
 * @param accountId whose it must be; null: anybody's
 * @param version what was seen of it when the change was decided; null: whatever it has become since
 */
public record KeyCondition(
        @Nullable String accountId, @Nullable Long version) {

    public static final KeyCondition NONE = new KeyCondition(null, null);

    boolean isOf(Key key) {
        return accountId == null || accountId.equals(key.accountId());
    }

    boolean hasSeen(Key key) {
        return version == null || version == key.version();
    }
}
