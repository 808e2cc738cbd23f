package dev.tollgate.gemini;

import dev.tollgate.channel.FarEnd;
import dev.tollgate.config.Secret;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.upstream.Channel;
import dev.tollgate.upstream.ChannelEntry;
import dev.tollgate.upstream.Opening;
import dev.tollgate.upstream.Provider;
import dev.tollgate.upstream.Timeouts;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

/** Channels of kind {@code gemini}: the Gemini API, or a server that speaks its protocol, with a key. */
public final class GeminiProvider implements Provider {

    private final Vertx vertx;
    private final List<String> known;
    private final Function<String, UpstreamModel> models;
    private final GeminiMedia media;

    /**
     * @param known the upstream models whose rules the catalogue has
     * @param models the rules of an upstream model by its name
     * @param media what channels have to know to pass media on
     */
    public GeminiProvider(Vertx vertx, List<String> known, Function<String, UpstreamModel> models, GeminiMedia media) {
        this.vertx = vertx;
        this.known = List.copyOf(known);
        this.models = models;
        this.media = media;
    }

    @Override
    public String kind() {
        return "gemini";
    }

    @Override
    public Set<String> keys() {
        return Set.of();
    }

    @Override
    public boolean servesCatalogue() {
        return true;
    }

    @Override
    public Opening read(ChannelEntry entry) {
        entry.requireModels(known);
        Secret key = entry.key();
        if (key == null) {
            throw entry.node().complaint("has no key; allowed is one of key, key_env, key_file.");
        }
        String url = Objects.requireNonNullElse(entry.baseUrl(), GeminiChannel.DEFAULT_BASE_URL);
        return new ByKey(this, entry.id(), url, key, entry.timeouts());
    }

    private record ByKey(GeminiProvider provider, String id, String baseUrl, Secret key, Timeouts timeouts)
            implements Opening {
        @Override
        public Channel open() {
            return new GeminiChannel(
                    provider.vertx,
                    id,
                    baseUrl,
                    key.value(),
                    FarEnd.CONNECTIONS_MAX,
                    timeouts,
                    provider.models,
                    provider.media);
        }
    }
}
