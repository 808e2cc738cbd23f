package dev.tollgate.upstreams.pool;

import java.util.List;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Chooses a call's channel: the preferred one (D50), otherwise by priority and then by weight among the healthy ones, untried ones first.
 * If none is healthy, a channel whose trouble may be over is used: an attempt is better than a refusal. Thread-safe if its random numbers
 * are.
 */
final class Chooser {

    private final RandomGenerator random;

    Chooser(RandomGenerator random) {
        this.random = random;
    }

    /**
     * @param usable the channels that the call may still use, by priority
     * @param tried the channels that it has used
     * @return null if all of them rest
     */
    @Nullable
    ModelRoute choose(List<ModelRoute> usable, @Nullable String preferred, List<ModelRoute> tried, long nowMillis) {
        Predicate<ModelRoute> healthy = route -> route.isHealthy(nowMillis);
        Predicate<ModelRoute> untried = route -> tried.stream().noneMatch(route::isSame);
        ModelRoute chosen = preferred == null ? null : named(usable, preferred, healthy.and(untried));
        if (chosen == null) {
            chosen = weighted(usable, healthy.and(untried));
        }
        if (chosen == null) {
            chosen = weighted(usable, healthy);
        }
        if (chosen == null) {
            Predicate<ModelRoute> askable = route -> route.firmUntilMillis(nowMillis) == 0;
            chosen = weighted(usable, askable.and(untried));
            if (chosen == null) {
                chosen = weighted(usable, askable);
            }
        }
        return chosen;
    }

    /**
     * Chooses the second channel of a hedge: only one whose breaker is closed, since a trial that is cancelled halfway would have no
     * result.
     *
     * @param usable the channels that the call may still use, by priority
     * @return null if there is none
     */
    @Nullable
    ModelRoute beside(ModelRoute asked, List<ModelRoute> usable, long nowMillis) {
        return weighted(
                usable,
                route -> !route.channel().id().equals(asked.channel().id())
                        && route.channel().breaker().isClosed()
                        && route.isHealthy(nowMillis));
    }

    private static @Nullable ModelRoute named(List<ModelRoute> routes, String id, Predicate<ModelRoute> fit) {
        for (ModelRoute route : routes) {
            if (route.channel().id().equals(id) && fit.test(route)) {
                return route;
            }
        }
        return null;
    }

    private @Nullable ModelRoute weighted(List<ModelRoute> routes, Predicate<ModelRoute> fit) {
        int priority = 0;
        int weights = 0;
        ModelRoute only = null;
        boolean several = false;
        for (ModelRoute route : routes) {
            if ((only == null || route.priority() == priority) && fit.test(route)) {
                several = only != null;
                only = only == null ? route : only;
                priority = route.priority();
                weights += route.weight();
            }
        }
        return several ? drawn(routes, fit, priority, weights) : only;
    }

    private @Nullable ModelRoute drawn(List<ModelRoute> routes, Predicate<ModelRoute> fit, int priority, int weights) {
        int draw = random.nextInt(weights);
        ModelRoute last = null;
        for (ModelRoute route : routes) {
            if (route.priority() == priority && fit.test(route)) {
                last = route;
                draw -= route.weight();
                if (draw < 0) {
                    return route;
                }
            }
        }
        return last; // one became unhealthy between the two passes
    }
}
