package dev.tollgate.calls.answering;

import dev.tollgate.models.UpstreamModel;
import dev.tollgate.models.routing.ModelName;
import dev.tollgate.models.routing.RoutedModels;
import dev.tollgate.models.routing.RoutedModels.Pair;
import dev.tollgate.storage.Change;
import java.time.InstantSource;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The answers of other models than those that requests named, even if the catalogue expects them: each is counted, and the first of each channel and pair of
 * names is written in the unit of its charge (C13).
 *
 * <p>Thread-safe.
 */
public final class AnsweringModels {

    /** A provider's answer may hold anything: what is no name of a model is not written anywhere. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,127}");

    private final Function<String, @Nullable UpstreamModel> rows;
    private final RoutedModels routed;
    private final Counter counted;
    private final InstantSource clock;

    /** Counts an answer of another model. */
    @FunctionalInterface
    public interface Counter {
        void answered(Pair pair);
    }

    /**
     * @param rows the catalogue's row of an upstream's model; null if it has none
     * @param clock the same on all servers that share the books
     */
    public AnsweringModels(
            Function<String, @Nullable UpstreamModel> rows, RoutedModels routed, Counter counted, InstantSource clock) {
        this.rows = rows;
        this.routed = routed;
        this.counted = counted;
        this.clock = clock;
    }

    /** Returns the catalogue's row of an upstream's model; null if it has none. */
    public Function<String, @Nullable UpstreamModel> rows() {
        return rows;
    }

    /**
     * Returns the name of the model that answered if it is another one than was sent; null otherwise, and if the answer named none.
     *
     * @param sent the upstream's name of the model that was sent; empty if none was
     * @param answered as the upstream's answer has it
     */
    public static @Nullable String other(String sent, @Nullable String answered) {
        if (answered == null || sent.isEmpty() || ModelName.isSame(sent, answered)) {
            return null;
        }
        return NAME.matcher(answered).matches() ? answered : RoutedModels.OTHER;
    }

    /** Counts the answer of a call that is over; parameters as for {@link #other}. */
    public void answered(String channel, String sent, @Nullable String answered) {
        Pair pair = pair(channel, sent, answered);
        if (pair != null) {
            counted.answered(routed.isKnown(pair) ? pair : pair.other());
        }
    }

    /** Returns the change by which an answer is noted in the unit of its charge; null if nothing is to be noted. Parameters as for {@link #other}. */
    public @Nullable Change noting(String channel, String sent, @Nullable String answered) {
        Pair pair = pair(channel, sent, answered);
        return pair == null ? null : routed.noting(pair, clock.instant());
    }

    private static @Nullable Pair pair(String channel, String sent, @Nullable String answered) {
        String other = other(sent, answered);
        return other == null ? null : new Pair(channel, sent, other);
    }
}
