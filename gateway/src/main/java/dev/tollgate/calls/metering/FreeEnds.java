package dev.tollgate.calls.metering;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.books.allowances.Allowances;
import dev.tollgate.books.allowances.Allowances.Allowance;
import dev.tollgate.books.allowances.Allowances.Use;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The limit on calls that end free of charge although their provider has reported usage: the operator pays for them. Counted for each account and day
 * (UTC) as they end. Thread-safe.
 */
public final class FreeEnds {

    /** The most of an account in a day. */
    public static final int DAY = 20;

    private final Allowances allowances;
    private final InstantSource clock;
    private final String textDoor;

    /** The doors and models whose answer could not be shown on this node, as one text each: no more than are on sale. */
    private final Set<String> seen = ConcurrentHashMap.newKeySet();

    /** @param textDoor the door that can show nothing but text */
    public FreeEnds(Allowances allowances, InstantSource clock, String textDoor) {
        this.allowances = allowances;
        this.clock = clock;
        this.textDoor = textDoor;
    }

    /** Returns whether a model may answer in a form that the door cannot show. */
    public boolean mayMeet(String door, String model) {
        return door.equals(textDoor) || seen.contains(door + " " + model);
    }

    /** Notes an answer that the door could not show. */
    public void meets(String door, String model) {
        seen.add(door + " " + model);
    }

    /** Returns the change that counts an end, for the unit that releases the hold. */
    public Use counting(String accountId) {
        return allowances.using(List.of(today(accountId, clock.instant())));
    }

    /** Returns the refusal of a further call that may end so; null if the account may make one. Blocks. */
    public @Nullable ApiError refusal(String accountId) {
        Instant now = clock.instant();
        Duration wait = allowances.wait(List.of(today(accountId, now)));
        return wait.isZero()
                ? null
                : ApiError.of(
                                ErrorCode.RATE_LIMIT_EXCEEDED,
                                DAY + " calls of this account were free today although a model answered them, because"
                                        + " their answers could not be shown. Until " + midnight(now)
                                        + " summaries (compaction), text completions, and models whose files this API cannot show are refused."
                                        + " Other calls go on.")
                        .retryAfter(wait)
                        .doNotRetry();
    }

    private Allowance today(String accountId, Instant now) {
        Instant midnight = midnight(now);
        return allowances.of("free-ends", accountId + " " + midnight, DAY, Duration.between(now, midnight));
    }

    private static Instant midnight(Instant now) {
        return now.truncatedTo(ChronoUnit.DAYS).plus(1, ChronoUnit.DAYS);
    }
}
