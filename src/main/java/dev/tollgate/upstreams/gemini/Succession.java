package dev.tollgate.upstreams.gemini;

import dev.tollgate.base.log.Event;
import dev.tollgate.models.ModelLife;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.upstreams.pool.Standing;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which model a channel asks for an upstream's name (D59): the model of that name until it retires on this kind of channel, then what the
 * catalogue puts in its place, asked for by its own name, so that the model and the rules by which it is asked are always of one kind.
 *
 * <p>The day is the catalogue's. It comes earlier where an answer is found to be another model's, or the upstream no longer knows the
 * model: either is remembered until the channel is opened anew. What one channel has learned holds for that one alone: providers switch
 * accounts one after the other.
 *
 * <p>Thread-safe: what was learned is a concurrent set.
 */
final class Succession {

    private static final Logger log = LoggerFactory.getLogger(Succession.class);

    private final String channel;
    private final String kind;
    private final KnownModels models;
    private final InstantSource clock;
    private final Map<Replacing, UpstreamModel> replacing = new ConcurrentHashMap<>();
    private final Set<String> retiredEarly = ConcurrentHashMap.newKeySet();

    /** Both are names of the catalogue, so there are few. */
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

    /** The rules by which a name is asked for now; those of a successor know what they replace. */
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
     * An answer says who gave it: where that is another model that the catalogue knows, the one that was asked for has retired here.
     * Does nothing where no retirement of it is known.
     *
     * @param model the name that was asked for
     */
    void answered(String model, @Nullable String modelVersion) {
        if (modelVersion == null || modelVersion.equals(model) || !retires(model)) {
            return;
        }
        if (models.names().contains(modelVersion)) {
            learn(model, "answers come from " + modelVersion);
        }
    }

    /** The upstream says that there is no such model. @return whether another one is asked in its place from now on */
    boolean refused(String model) {
        if (retires(model)) {
            learn(model, "the provider no longer serves it to this channel");
            return true;
        }
        return false;
    }

    /**
     * The upstream refuses what the model takes, as its successor would. Believed as long as the end is near: nothing that a caller can bring
     * about should move a channel for months.
     *
     * @return whether another one is asked in its place from now on
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
                    "channel {}: the model {} has retired here before its day ({}): {} is asked in its place from now on",
                    channel,
                    name,
                    why,
                    name(name));
        }
    }
}
