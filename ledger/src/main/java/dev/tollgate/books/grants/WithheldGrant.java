package dev.tollgate.books.grants;

import dev.tollgate.books.grants.GrantLimits.Limit;
import dev.tollgate.models.prices.ModelPatterns;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A grant that does not give a call all that is left in it. Immutable.
 *
 * @param creditsMicros what was given
 * @param expiresAt null: never
 */
public record WithheldGrant(
        long number, long creditsMicros, @Nullable Instant expiresAt, Reason reason) {

    /** The reason why a grant withholds credits. */
    public sealed interface Reason {}

    /** The call's model is none of its models. */
    public record OtherModels(ModelPatterns models) implements Reason {}

    public record NotStarted(Instant startsAt) implements Reason {}

    /** A limit leaves less. @param usedMicros in the window that ends then */
    public record Limited(Limit limit, long usedMicros, Instant endsAt) implements Reason {}

    /**
     * Limits alone withhold what a call lacks.
     *
     * @param named the grant with the limit whose window ends last of those that withhold it
     * @param freesAt the end of that window, after which the limits give enough; null if they never do
     */
    public record ByLimits(WithheldGrant named, @Nullable Instant freesAt) {}
}
