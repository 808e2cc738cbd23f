package dev.tollgate.upstreams.pool;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.base.log.Event;
import dev.tollgate.upstreams.pool.Upstreams.Leg;
import io.vertx.core.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The translations of a call, one a channel; empty only inside {@link #clear} and the {@link #add} that follows. Confined to the call's
 * event loop.
 */
final class Legs {

    private static final Logger log = LoggerFactory.getLogger(Legs.class);

    private final Upstreams pool;
    private final List<Leg> legs = new ArrayList<>(1);

    Legs(Upstreams pool, Leg first) {
        this.pool = pool;
        legs.add(first);
    }

    Leg first() {
        return legs.getFirst();
    }

    Optional<Leg> on(ModelRoute route) {
        return legs.stream().filter(leg -> leg.route().isSame(route)).findFirst();
    }

    void add(Leg leg) {
        legs.add(leg);
    }

    /** Drops all translations after they have become wrong. The caller adds the next one immediately. */
    void clear() {
        legs.clear();
    }

    /**
     * Translates on a virtual thread, since an ask may be large.
     *
     * @param then called on the call's event loop; null if the channel cannot express the ask
     */
    void translate(Ask ask, ModelRoute route, Consumer<@Nullable Leg> then) {
        Context loop = pool.vertx().getOrCreateContext();
        Thread.ofVirtual().name("translate").start(() -> {
            Leg leg = translated(ask, route);
            loop.runOnContext(_ -> then.accept(leg));
        });
    }

    private @Nullable Leg translated(Ask ask, ModelRoute route) {
        try {
            return pool.loadedLeg(ask, route);
        } catch (ApiException unfit) {
            return null;
        } catch (RuntimeException | Error e) {
            Fatal.check(e);
            log.error(
                    Event.CALL_FAULT,
                    "channel {}: translating a request failed; the call uses other channels only",
                    route.channel().id(),
                    e);
            return null;
        }
    }
}
