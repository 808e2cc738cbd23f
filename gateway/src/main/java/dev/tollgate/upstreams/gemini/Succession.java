package dev.tollgate.upstreams.gemini;

import dev.tollgate.base.log.Event;
import dev.tollgate.models.ModelLife;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.running.Standing;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides which model a channel uses for an upstream's model name (D59): the named model until it retires on this kind of channel, then its
 * successor in the catalogue under the successor's own name, so that the model and its rules always match.
 *
 * <p>The catalogue has the date. A channel switches earlier if an answer turns out to be another model's, or if the upstream no longer
 * knows the model. It remembers that until it is opened again. A finding holds for one channel only, since providers switch accounts one
 * after the other.
 *
 * <p>Thread-safe: findings are in a concurrent set.
 */
final class Succession {

    private static final Logger log = LoggerFactory.getLogger(Succession.class);

    private final String channel;
    private final String kind;
    private final KnownModels models;
    private final InstantSource clock;
    private final Map<Replacing, UpstreamModel> replacing = new ConcurrentHashMap<>();
    private final Set<String> retiredEarly = ConcurrentHashMap.newKeySet();

    /** A model and its successor. Both are names of the catalogue, so there are few. */
    private record Replacing(String asked, String successor) {}

    /**
     * @param channel the operator's name for it
     * @param kind of channel, as the catalogue names it
     * @param models the catalogue's rules
     */
    Succession(String channel, String kind, KnownModels models, InstantSource clock) {
        this.channel = channel;
        this.kind = kind;
        this.models = models;
        this.clock = clock;
    }

    /** Returns the current rules for a name; a successor's rules know the model that they replace. */
    UpstreamModel model(String name) {
        UpstreamModel asked = models.rules(name);
        UpstreamModel now = inForce(asked);
        return now.name().equals(name)
                ? asked
                : replacing.computeIfAbsent(new Replacing(name, now.name()), _ -> now.inPlaceOf(asked));
    }

    /** The name by which it is asked for now. */
    String name(String name) {
        return inForce(models.rules(name)).name();
    }

    Standing standing(String name) {
        UpstreamModel asked = models.rules(name);
        UpstreamModel.Retirement end = asked.retirements().get(kind);
        return end == null
                ? Standing.of(name)
                : new Standing(name, inForce(asked).name(), end.at(), end.becomes());
    }

    private UpstreamModel inForce(UpstreamModel asked) {
        UpstreamModel model = asked;
        if (model.retirements().isEmpty()) {
            return model;
        }
        Instant now = clock.instant();
        UpstreamModel.Retirement end = model.retirements().get(kind);
        while (end != null && isOver(model.name(), end, now)) {
            model = models.rules(end.becomes());
            end = model.retirements().get(kind);
        }
        return model;
    }

    private boolean isOver(String name, UpstreamModel.Retirement end, Instant now) {
        return !now.isBefore(end.at()) || retiredEarly.contains(name);
    }

    /**
     * Reads the answering model's name. If it is another model of the catalogue, the requested model has retired here. Does nothing if the
     * catalogue has no successor for it.
     *
     * @param model the requested name
     */
    void answered(String model, @Nullable String modelVersion) {
        if (modelVersion == null || modelVersion.equals(model) || !retires(model)) {
            return;
        }
        if (models.names().contains(modelVersion)) {
            learn(model, "answers come from " + modelVersion);
        }
    }

    /** Handles an upstream's message that the model does not exist. @return whether a successor is used from now on */
    boolean refused(String model) {
        if (retires(model)) {
            learn(model, "the provider no longer serves it to this channel");
            return true;
        }
        return false;
    }

    /**
     * Handles a refusal of a field that the model supports but its successor does not. It counts only shortly before the model's end: a
     * caller's request must not switch a channel months early.
     *
     * @return whether a successor is used from now on
     */
    boolean misunderstood(String model) {
        UpstreamModel.Retirement end = models.rules(model).retirements().get(kind);
        boolean isNear =
                end != null && !clock.instant().plus(ModelLife.TOLD_BEFORE).isBefore(end.at());
        if (isNear) {
            learn(model, "the provider refuses what this model takes");
        }
        return isNear;
    }

    private boolean retires(String name) {
        return models.rules(name).retirements().containsKey(kind);
    }

    private void learn(String name, String why) {
        if (retiredEarly.add(name)) {
            log.warn(
                    Event.MODEL_RETIRED,
                    "channel {}: model {} retired before its date ({}); using {} from now on",
                    channel,
                    name,
                    why,
                    name(name));
        }
    }
}
