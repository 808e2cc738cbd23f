package dev.tollgate.upstreams.gemini;

import dev.tollgate.base.config.Secret;
import dev.tollgate.http.client.FarEnd;
import dev.tollgate.http.client.Outbound;
import dev.tollgate.http.client.Timeouts;
import dev.tollgate.upstreams.pool.Channel;
import dev.tollgate.upstreams.pool.ChannelEntry;
import dev.tollgate.upstreams.pool.Opening;
import dev.tollgate.upstreams.pool.Provider;
import java.util.Objects;
import java.util.Set;

/**
 * Channels of kind {@code gemini}: the Gemini API, or a server that speaks its protocol, with a key.
 *
 * @param models the catalogue's rules
 * @param media what channels have to know to pass media on
 */
public record GeminiProvider(Outbound outbound, KnownModels models, GeminiMedia media) implements Provider {

    static final String KIND = "gemini";

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public Set<String> keys() {
        return Set.of(ChannelEntry.STORE);
    }

    @Override
    public boolean servesCatalogue() {
        return true;
    }

    @Override
    public boolean grantsFlex() {
        return true;
    }

    @Override
    public Opening read(ChannelEntry entry) {
        entry.requireModels(models.names());
        Secret key = entry.key();
        if (key == null) {
            throw entry.node().complaint("has no key; allowed is one of key, key_env, key_file.");
        }
        String url = Objects.requireNonNullElse(entry.baseUrl(), GeminiChannel.DEFAULT_BASE_URL);
        return new ByKey(this, entry.id(), url, key, entry.mayStore(), entry.timeouts());
    }

    private record ByKey(
            GeminiProvider provider, String id, String baseUrl, Secret key, boolean mayStore, Timeouts timeouts)
            implements Opening {
        @Override
        public Channel open() {
            return new GeminiChannel(
                    provider.outbound,
                    id,
                    baseUrl,
                    key.value(),
                    mayStore,
                    FarEnd.CONNECTIONS_MAX,
                    timeouts,
                    provider.models,
                    provider.media);
        }
    }
}
