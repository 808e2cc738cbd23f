package dev.tollgate.keys;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A key as everybody but its owner sees it.
 *
 * @param id {@code key_…}
 * @param prefix the beginning of the secret
 * @param lastUsedAt when a call was last admitted with it, to the minute; null if never
 */
public record Key(
        String id,
        String accountId,
        String prefix,
        KeySettings settings,
        boolean disabled,
        Instant createdAt,
        @Nullable Instant lastUsedAt) {

    /** Whether the key may be used from there. */
    public boolean allows(String address) {
        return settings.allow().allows(address);
    }

    /** Whether the key may use the model (decision D28: else the model is not found). */
    public boolean mayUse(String model) {
        return settings.models().isEmpty() || settings.models().contains(model);
    }

    public boolean expired(Instant now) {
        Instant end = settings.expiresAt();
        return end != null && !now.isBefore(end);
    }
}
