package dev.tollgate.upstreams.pool;

import dev.tollgate.upstreams.sessions.CallSession;
import dev.tollgate.upstreams.sessions.KeyOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Chooses a call's channel (E85): the preferred one (D50), otherwise one of the healthy channels with the best priority, untried ones first. Among
 * these the session's key decides, or a draw by weight for a call without one. If none is healthy, a channel whose trouble may be over is used: an
 * attempt is better than a refusal. Thread-safe if its random numbers are.
 */
record Chooser(RandomGenerator random) {

    /** The number of open calls below which a channel may have more than its share of them. */
    private static final int CALLS_MIN = 16;

    /**
     * A call's wish for its channel.
     *
     * @param channel the preferred one; null for none
     * @param first whether it is taken before channels of a better priority, too
     */
    record Wish(@Nullable String channel, boolean first, CallSession session) {

        /** Returns an ask's own: while the results of calls wait for an answer, the signatures of these calls are needed most. */
        static Wish of(Ask ask, CallSession session) {
            String channel = ask.preferredChannel();
            return new Wish(channel, channel != null && ask.isToolLoopOpen(), session);
        }
    }

    /**
     * @param usable the channels that the call may still use, by priority
     * @param tried the channels that it has used
     * @return null if all of them rest
     */
    @Nullable
    ModelRoute choose(List<ModelRoute> usable, Wish wish, List<ModelRoute> tried, long nowMillis) {
        Predicate<ModelRoute> healthy = route -> route.isHealthy(nowMillis);
        Predicate<ModelRoute> untried = route -> tried.stream().noneMatch(route::isSame);
        ModelRoute chosen = wish.channel() == null ? null : preferred(usable, wish, healthy.and(untried));
        if (chosen == null) {
            chosen = ordered(usable, wish, healthy.and(untried));
        }
        if (chosen == null) {
            chosen = ordered(usable, wish, healthy);
        }
        if (chosen == null) {
            Predicate<ModelRoute> askable = route -> route.firmUntilMillis(nowMillis) == 0;
            chosen = ordered(usable, wish, askable.and(untried));
            if (chosen == null) {
                chosen = ordered(usable, wish, askable);
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
    ModelRoute beside(ModelRoute asked, CallSession session, List<ModelRoute> usable, long nowMillis) {
        return ordered(
                usable,
                new Wish(null, false, session),
                route -> !route.channel().id().equals(asked.channel().id())
                        && route.channel().breaker().isClosed()
                        && route.isHealthy(nowMillis));
    }

    /** Returns the preferred channel if it is fit and, unless it comes first, of the best priority that is. */
    private static @Nullable ModelRoute preferred(List<ModelRoute> routes, Wish wish, Predicate<ModelRoute> fit) {
        Integer priority = null;
        for (ModelRoute route : routes) {
            if (fit.test(route)) {
                priority = priority == null ? Integer.valueOf(route.priority()) : priority;
                if (route.channel().id().equals(wish.channel()) && (wish.first() || route.priority() == priority)) {
                    return route;
                }
            }
        }
        return null;
    }

    private @Nullable ModelRoute ordered(List<ModelRoute> routes, Wish wish, Predicate<ModelRoute> fit) {
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
        if (!several) {
            return only;
        }
        return wish.session().hasKey() ? byKey(routes, wish, fit, priority) : drawn(routes, fit, priority, weights);
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

    private static @Nullable ModelRoute byKey(
            List<ModelRoute> routes, Wish wish, Predicate<ModelRoute> fit, int priority) {
        List<ModelRoute> compared = ofPriority(routes, priority, fit);
        List<ModelRoute> free = wish.channel() == null
                ? withinTheirShare(compared, route -> route.channel().calls())
                : compared;
        return free.isEmpty() ? null : nearest(free, wish.session().key());
    }

    /** Returns the fit channels of a priority. Each call of a session asks for them: a stream would cost it several times the choice. */
    static List<ModelRoute> ofPriority(List<ModelRoute> routes, int priority, Predicate<ModelRoute> fit) {
        List<ModelRoute> those = new ArrayList<>(routes.size());
        for (ModelRoute route : routes) {
            if (route.priority() == priority && fit.test(route)) {
                those.add(route);
            }
        }
        return those;
    }

    /**
     * Leaves out channels far above their share of the open calls, so that a chosen key loads none further. The calls are counted once: by any counts some
     * channel is within its share, but not if others begin between two of them.
     *
     * @param openCalls of a channel at the moment of asking
     */
    static List<ModelRoute> withinTheirShare(List<ModelRoute> compared, ToLongFunction<ModelRoute> openCalls) {
        long[] calls = new long[compared.size()];
        long allCalls = 0;
        long allWeights = 0;
        for (int i = 0; i < calls.length; i++) {
            calls[i] = openCalls.applyAsLong(compared.get(i));
            allCalls += calls[i];
            allWeights += compared.get(i).weight();
        }
        List<ModelRoute> within = new ArrayList<>(calls.length);
        for (int i = 0; i < calls.length; i++) {
            ModelRoute route = compared.get(i);
            if (calls[i] < CALLS_MIN || 4 * calls[i] * allWeights <= 5 * allCalls * route.weight()) {
                within.add(route);
            }
        }
        return within;
    }

    /** @param routes of one priority, at least one */
    static ModelRoute nearest(List<ModelRoute> routes, long key) {
        ModelRoute first = routes.getFirst();
        double leastOfProject = Double.POSITIVE_INFINITY;
        double least = Double.POSITIVE_INFINITY;
        for (ModelRoute route : routes) {
            long project = route.projectPlace();
            int weight = 0;
            for (ModelRoute other : routes) {
                weight += other.projectPlace() == project ? other.weight() : 0;
            }
            double ofProject = KeyOrder.distance(key, project, weight);
            double own = KeyOrder.distance(key, route.place(), route.weight());
            if (ofProject < leastOfProject || ofProject == leastOfProject && own < least) {
                first = route;
                leastOfProject = ofProject;
                least = own;
            }
        }
        return first;
    }
}
