package dev.tollgate.app;

import dev.tollgate.base.config.Settings;
import dev.tollgate.base.config.TrafficSettings;
import dev.tollgate.base.loops.Opened;
import dev.tollgate.sandbox.Sandbox;
import dev.tollgate.sandbox.SandboxOptions;
import dev.tollgate.serving.UpstreamsModule.StandIn;
import io.vertx.core.Vertx;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** The sandbox in this process, which answers if there is no real upstream. */
record OwnSandbox(Sandbox sandbox) implements StandIn {

    private static final int KEY_BYTES = 32;

    /** Starts it; null if there is a real upstream. */
    static @Nullable OwnSandbox open(Ground ground, Vertx vertx) {
        return ground.settings().hasRealUpstream()
                ? null
                : new OwnSandbox(ground.open(
                        Opened.await(Sandbox.start(vertx, options(ground))), it -> Opened.await(it.close())));
    }

    @Override
    public String url() {
        return sandbox.baseUrl();
    }

    @Override
    public @Nullable String key() {
        return sandbox.key();
    }

    private static SandboxOptions options(Ground ground) {
        Settings settings = ground.settings();
        return SandboxOptions.defaults()
                .withClock(ground.clock())
                .withPort(settings.get(TrafficSettings.SANDBOX_PORT))
                .withSeed(settings.get(TrafficSettings.SANDBOX_SEED))
                .withRequestsMax(ground.surroundings().sandboxRequestsMax())
                .withPaceMillis(settings.get(TrafficSettings.SANDBOX_PACE).toMillis())
                .withKey(key(ground));
    }

    /**
     * Returns a key for this start alone: other users of this machine can reach the sandbox's port, and its answers are charged. After the
     * {@code @} is the project that signatures are valid for, which a restart must not change.
     */
    private static String key(Ground ground) {
        byte[] bytes = new byte[KEY_BYTES];
        ground.random().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes) + "@none";
    }
}
