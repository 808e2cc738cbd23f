package dev.tollgate.app;

import dev.tollgate.base.config.Secret;
import dev.tollgate.base.config.Settings;
import dev.tollgate.base.config.TrafficSettings;
import dev.tollgate.base.config.UpstreamProxy;
import dev.tollgate.base.loops.Opened;
import dev.tollgate.calls.metering.CurrentModels;
import dev.tollgate.http.client.Outbound;
import dev.tollgate.sandbox.Sandbox;
import dev.tollgate.sandbox.SandboxOptions;
import dev.tollgate.upstreams.pool.Upstreams;
import io.vertx.core.Vertx;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Upstreams: the channels, the models that they serve now, and the sandbox if there is no real one.
 *
 * @param outbound connections of this server to others
 */
public record UpstreamsModule(
        Outbound outbound, @Nullable Sandbox sandbox, UpstreamChannels channels, CurrentModels models) {

    private static final int SANDBOX_KEY_BYTES = 32;

    static UpstreamsModule open(Ground ground, BooksModule books, Vertx vertx, WatchModule watch) {
        Settings settings = ground.settings();
        Outbound outbound = outbound(vertx, settings.upstreamProxy());
        Sandbox sandbox = settings.hasRealUpstream()
                ? null
                : ground.open(
                        Opened.await(Sandbox.start(vertx, sandboxOptions(ground))), it -> Opened.await(it.close()));
        UpstreamChannels channels = ground.open(new UpstreamChannels(ground, outbound, sandbox), it -> it.upstreams()
                .close());
        watch.upstreams(channels.upstreams());
        return new UpstreamsModule(
                outbound,
                sandbox,
                channels,
                new CurrentModels(
                        ground.catalogue(), channels.upstreams(), books.node().sharedClock()));
    }

    private static Outbound outbound(Vertx vertx, @Nullable UpstreamProxy chosen) {
        if (chosen == null) {
            return Outbound.direct(vertx);
        }
        Secret credentials = chosen.credentials();
        return new Outbound(
                vertx,
                Outbound.proxy(chosen.host(), chosen.port(), credentials == null ? null : credentials.value()),
                chosen.direct());
    }

    private static SandboxOptions sandboxOptions(Ground ground) {
        Settings settings = ground.settings();
        return SandboxOptions.defaults()
                .withClock(ground.clock())
                .withPort(settings.get(TrafficSettings.SANDBOX_PORT))
                .withSeed(settings.get(TrafficSettings.SANDBOX_SEED))
                .withRequestsMax(ground.surroundings().sandboxRequestsMax())
                .withPaceMillis(settings.get(TrafficSettings.SANDBOX_PACE).toMillis())
                .withKey(sandboxKey(ground));
    }

    /**
     * Returns a key for this start alone: other users of this machine can reach the sandbox's port, and its answers are charged. After the
     * {@code @} is the project that signatures are valid for, which a restart must not change.
     */
    private static String sandboxKey(Ground ground) {
        byte[] bytes = new byte[SANDBOX_KEY_BYTES];
        ground.random().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes) + "@none";
    }

    Upstreams pool() {
        return channels.upstreams();
    }

    /** Reads the channels file again; one with an error is logged and changes nothing. Blocks. @return whether it was accepted */
    public boolean reload() {
        return channels.reload();
    }
}
