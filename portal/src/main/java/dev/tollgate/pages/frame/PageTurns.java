package dev.tollgate.pages.frame;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.http.limits.FairTurns;
import dev.tollgate.http.limits.Workers;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Draws pages on half of the cores, one at a time for each account, for strangers one at a time for each network: drawing keeps a core busy, and
 * calls need the other cores. Thread-safe; blocks.
 */
final class PageTurns {

    private static final FairTurns.Bounds BOUNDS = Workers.halfOfTheCores(4_000, 250);
    private static final long NANOS_MAX = Duration.ofSeconds(30).toNanos();

    private final FairTurns turns;

    PageTurns() {
        this(BOUNDS);
    }

    PageTurns(FairTurns.Bounds bounds) {
        this.turns = new FairTurns(bounds);
    }

    /**
     * Draws a page when it is the payer's turn.
     *
     * @param payer the account, or the network of a visitor who is not signed in
     * @param isDue whether the page is drawn even if its turn does not come: it reports what a form has changed
     */
    <T> T draw(String payer, boolean isDue, Supplier<T> drawing) {
        try (FairTurns.Turn turn = enter(payer)) {
            if (turn == null && !isDue) {
                throw ApiError.of(
                                ErrorCode.INTERNAL_ERROR,
                                sentence("Too many pages are being drawn. Try again in a few seconds."))
                        .withStatus(503)
                        .asException();
            }
            return drawing.get();
        }
    }

    private FairTurns.@Nullable Turn enter(String payer) {
        try {
            return turns.enter(payer, NANOS_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }
}
