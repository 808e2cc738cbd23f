package dev.tollgate.serving;

import dev.tollgate.base.config.Secret;
import dev.tollgate.base.config.Settings;
import dev.tollgate.base.config.UpstreamProxy;
import dev.tollgate.calls.metering.CurrentModels;
import dev.tollgate.http.client.Outbound;
import dev.tollgate.upstreams.pool.Upstreams;
import io.vertx.core.Vertx;
import org.jspecify.annotations.Nullable;

/**
 * Upstreams: the channels, and the models that they serve now.
 *
 * @param outbound connections of this server to others
 * @param standIn null if there is a real upstream
 */
public record UpstreamsModule(
        Outbound outbound, @Nullable StandIn standIn, UpstreamChannels channels, CurrentModels models) {

    /** A server of this process that answers instead of a real upstream: the sandbox. */
    public interface StandIn {
        String url();

        /** Returns the key that it accepts; null if it accepts any. */
        @Nullable
        String key();
    }

    /** @param standIn null if there is a real upstream */
    public static UpstreamsModule open(
            CallGround ground, CallBooks books, Vertx vertx, WatchModule watch, @Nullable StandIn standIn) {
        Settings settings = ground.settings();
        Outbound outbound = outbound(vertx, settings.upstreamProxy());
        UpstreamChannels channels = ground.open(new UpstreamChannels(ground, outbound, standIn), it -> it.upstreams()
                .close());
        watch.upstreams(channels.upstreams());
        return new UpstreamsModule(
                outbound,
                standIn,
                channels,
                new CurrentModels(
                        books.stores().sold(),
                        channels.upstreams(),
                        books.node().sharedClock()));
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

    public Upstreams pool() {
        return channels.upstreams();
    }

    /** Reads the channels file again; one with an error is logged and changes nothing. Blocks. @return whether it was accepted */
    public boolean reload() {
        return channels.reload();
    }
}
