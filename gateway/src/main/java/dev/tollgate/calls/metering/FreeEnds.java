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
 * The limits on calls that end free of charge although their provider has reported usage: the operator pays for them. Counted for each account as they
 * end: those of models that make images by the hour (Y6), others by the day (UTC). Thread-safe.
 */
public final class FreeEnds {

    /** The most of an account in a day. */
    public static final int DAY = 20;

    /** The most of an account in an hour whose model made no image. */
    public static final int IMAGES_AN_HOUR = 60;

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

    /** Returns the change that counts an end, for the unit that releases the hold. @param images whether the call asked for images */
    public Use counting(String accountId, boolean images) {
        return allowances.using(List.of(present(accountId, clock.instant(), images)));
    }

    /** Returns the refusal of a further call that may end so; null if the account may make one. Blocks. @param images whether the call asks for images */
    public @Nullable ApiError refusal(String accountId, boolean images) {
        Instant now = clock.instant();
        Duration wait = allowances.wait(List.of(present(accountId, now, images)));
        return wait.isZero()
                ? null
                : ApiError.of(ErrorCode.RATE_LIMIT_EXCEEDED, images ? ofImages(now) : ofDay(now))
                        .retryAfter(wait)
                        .doNotRetry();
    }

    private static String ofDay(Instant now) {
        return DAY
                + " calls of this account were free today although a model answered them, because their answers could not be shown. Until "
                + end(now, ChronoUnit.DAYS)
                + " summaries (compaction), text completions, speech, and models whose files this API cannot show are refused. Other calls go on.";
    }

    private static String ofImages(Instant now) {
        return IMAGES_AN_HOUR
                + " calls of this account were free in this hour because the model made no image or its filter blocked one. Until "
                + end(now, ChronoUnit.HOURS) + " calls for images are refused. Other calls go on.";
    }

    private Allowance present(String accountId, Instant now, boolean images) {
        Instant end = end(now, images ? ChronoUnit.HOURS : ChronoUnit.DAYS);
        return allowances.of(
                images ? "free-images" : "free-ends",
                accountId + " " + end,
                images ? IMAGES_AN_HOUR : DAY,
                Duration.between(now, end));
    }

    private static Instant end(Instant now, ChronoUnit window) {
        return now.truncatedTo(window).plus(1, window);
    }
}
