package dev.tollgate.models;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The upstream model that serves a model on sale, which may retire and be succeeded (D59); the id on sale stays. Implemented by {@code CurrentModels} in {@code calls}. Thread-safe. */
public interface ModelLife {

    /** The notice: a retirement is shown from this long before its day. */
    Duration TOLD_BEFORE = Duration.ofDays(60);

    /** Returns the model with the rules of the upstream model that serves it now, which is the successor after a retirement. */
    Model current(Model model);

    /** Returns the model with the prices that can be asked for, now and later: without flex if no channel takes calls at flex. */
    default Model offered(Model model) {
        return model;
    }

    /** Returns the earliest retirement among the model's channels, or null if none is within {@link #TOLD_BEFORE}. */
    @Nullable
    Retirement retirement(Model model);

    /** Returns the upstream's names of the models that serve a model at a time, by its channels and as far as their retirements are known. */
    default Set<String> servedBy(Model model, Instant at) {
        Retirement end = retirement(model);
        if (end != null && (end.isInEffect() || !at.isBefore(end.at()))) {
            return Set.of(end.successor());
        }
        return Set.of(model.upstream().name());
    }

    /** Returns the first model that stays for {@link #TOLD_BEFORE}, as it is now; the first of all if none does. */
    default Optional<Model> lasting(List<Model> models) {
        return models.stream()
                .filter(model -> retirement(model) == null)
                .findFirst()
                .or(() -> models.stream().findFirst())
                .map(this::current);
    }

    /**
     * @param at the day of the retirement
     * @param successor the upstream's name of the model that serves from then on
     * @param isInEffect whether the successor serves already, which may be before the day
     */
    record Retirement(Instant at, String successor, boolean isInEffect) {}
}
