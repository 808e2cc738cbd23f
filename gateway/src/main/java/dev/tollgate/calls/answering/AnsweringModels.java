package dev.tollgate.calls.answering;

import dev.tollgate.base.log.Event;
import dev.tollgate.models.UpstreamModel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports to the operator that another model answered than the request named, even if the catalogue expects it: once since the start for each channel and pair
 * of names. Providers route models to their successors, and a proxy may put a new name into each answer, so the names of a channel are limited.
 *
 * <p>Thread-safe.
 */
public final class AnsweringModels {

    /** The name for what comes after the most names of a channel. */
    public static final String OTHER = "other";

    /** A provider's answer may hold anything: what is no name of a model is not written anywhere. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,127}");

    private static final int NAMES_MAX = 20;
    private static final int CHANNELS_MAX = 1_000;

    private static final Logger log = LoggerFactory.getLogger(AnsweringModels.class);

    private final Function<String, @Nullable UpstreamModel> rows;
    private final Counted counted;
    private final Map<String, Set<Told>> channels = new ConcurrentHashMap<>();

    /** Counts an answer of another model. */
    @FunctionalInterface
    public interface Counted {
        void answered(Told told);
    }

    /**
     * @param sent the upstream's name of the model that was sent
     * @param answered its name of the model that answered, or {@link #OTHER}
     */
    public record Told(String channel, String sent, String answered) {}

    /** @param rows the catalogue's row of an upstream's model; null if it has none */
    public AnsweringModels(Function<String, @Nullable UpstreamModel> rows, Counted counted) {
        this.rows = rows;
        this.counted = counted;
    }

    /** Returns the catalogue's row of an upstream's model; null if it has none. */
    public Function<String, @Nullable UpstreamModel> rows() {
        return rows;
    }

    /**
     * Takes the names of a call that is over.
     *
     * @param sent the upstream's name of the model that was sent; empty if none was
     * @param answered its name of the model that answered; null if it said none
     */
    public void answered(String channel, String sent, @Nullable String answered) {
        if (answered == null || sent.isEmpty()) {
            return;
        }
        String name = NAME.matcher(answered).matches() ? answered : OTHER;
        Told told = ModelName.isSame(sent, answered) ? null : told(channel, sent, name);
        if (told != null) {
            counted.answered(told);
        }
    }

    /** Returns null for a channel beyond the most of them, as after many changes of the channels file. */
    private @Nullable Told told(String channel, String sent, String answered) {
        if (channels.size() >= CHANNELS_MAX && !channels.containsKey(channel)) {
            return null;
        }
        Set<Told> its = channels.computeIfAbsent(channel, _ -> ConcurrentHashMap.newKeySet());
        Told told = new Told(channel, sent, answered);
        if (its.contains(told)) {
            return told;
        }
        boolean isNew;
        synchronized (its) {
            told = its.size() < NAMES_MAX ? told : new Told(channel, OTHER, OTHER);
            isNew = its.add(told);
        }
        if (isNew) {
            log.warn(
                    Event.MODEL_ANSWERED,
                    "channel {}: {} was sent, and {} answered; calls cost what the answering model does",
                    channel,
                    told.sent(),
                    told.answered());
        }
        return told;
    }

    /** Returns the pairs of models that were reported since the start, by channel. */
    public List<Told> told() {
        Map<String, Set<Told>> now = new HashMap<>(channels);
        List<Told> all = new ArrayList<>();
        now.keySet().stream().sorted().forEach(channel -> all.addAll(now.get(channel)));
        return all;
    }
}
