package dev.tollgate.customers.keys;

import org.jspecify.annotations.Nullable;

/**
 * The condition of a change, apart from the key's id.
 *
 * @param accountId the account that the key must belong to; null for any
 * @param version the version that the change was based on; null for any
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
