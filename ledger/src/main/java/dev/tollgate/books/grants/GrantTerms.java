package dev.tollgate.books.grants;

import dev.tollgate.books.grants.CreditGrant.Kind;
import dev.tollgate.models.prices.ModelPatterns;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The terms under which credits are given. Credits with neither an expiry nor models are general credits and make no grant (Z10). Immutable.
 *
 * @param startsAt null: when they are given
 * @param expiresAt null: never
 */
public record GrantTerms(
        Kind kind,
        ModelPatterns models,
        @Nullable Instant startsAt,
        @Nullable Instant expiresAt,
        GrantLimits limits) {

    public GrantTerms {
        if (expiresAt == null
                && models.areEvery()
                && (startsAt != null || !limits.all().isEmpty())) {
            throw new IllegalArgumentException("a start or limits without an expiry and without models");
        }
        if (startsAt != null && expiresAt != null && !startsAt.isBefore(expiresAt)) {
            throw new IllegalArgumentException("a start that is not before the expiry");
        }
    }

    /** Makes the terms of a gift or a voucher that begins when it is given. */
    public static GrantTerms of(Kind kind, ModelPatterns models, @Nullable Instant expiresAt) {
        return new GrantTerms(kind, models, null, expiresAt, GrantLimits.NONE);
    }

    /** Returns whether credits under these terms are general. */
    public boolean areGeneral() {
        return expiresAt == null && models.areEvery();
    }
}
