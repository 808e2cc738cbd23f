package dev.tollgate.upstreams.compat;

import dev.tollgate.base.config.Secret;
import dev.tollgate.base.config.YamlNode;
import dev.tollgate.http.client.FarEnd;
import dev.tollgate.http.client.Outbound;
import dev.tollgate.http.client.Timeouts;
import dev.tollgate.upstreams.pool.Channel;
import dev.tollgate.upstreams.pool.ChannelEntry;
import dev.tollgate.upstreams.pool.Opening;
import dev.tollgate.upstreams.pool.Provider;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Channels of kind {@code openai}: any server with {@code POST {base_url}/chat/completions}. */
public record CompatProvider(Outbound outbound, InstantSource clock) implements Provider {

    private static final Pattern MODEL = Pattern.compile("[\\x20-\\x7e]{1,200}");
    private static final Map<String, String> FIELDS =
            Map.of("max_tokens", "max_tokens", "max_completion_tokens", "max_completion_tokens");
    private static final Map<String, Boolean> SENT = Map.of("send", true, "omit", false);
    private static final Map<String, Boolean> READ = Map.of("use", true, "ignore", false);

    static final String KIND = "openai";

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public Set<String> keys() {
        return Set.of("max_tokens_field", "reasoning_effort", "usage_cost", ChannelEntry.STORE);
    }

    @Override
    public boolean servesCatalogue() {
        return false;
    }

    /** OpenAI's limit, which servers of its kind have copied. */
    @Override
    public int functionsMax() {
        return 128;
    }

    @Override
    public Opening read(ChannelEntry entry) {
        entry.checkModels(MODEL, "1 to 200 printable characters");
        String url = entry.baseUrl();
        if (url == null) {
            throw entry.node().complaint("has no base_url; allowed is one like https://host/v1.");
        }
        YamlNode field = entry.node().find("max_tokens_field");
        YamlNode effort = entry.node().find("reasoning_effort");
        YamlNode cost = entry.node().find("usage_cost");
        boolean isGoogle = ServerDialect.isGoogle(url);
        YamlNode store = entry.node().find(ChannelEntry.STORE);
        if (store != null && !isGoogle) {
            throw store.complaint("has no meaning here; it needs a base_url at " + ServerDialect.GOOGLE + ".");
        }
        ServerDialect dialect = new ServerDialect(
                field == null ? "max_tokens" : field.choice(FIELDS),
                effort != null && effort.choice(SENT),
                cost == null || cost.choice(READ),
                isGoogle,
                entry.mayStore());
        return new Compatible(this, entry.id(), url, entry.key(), dialect, entry.timeouts());
    }

    private record Compatible(
            CompatProvider provider,
            String id,
            String baseUrl,
            @Nullable Secret key,
            ServerDialect dialect,
            Timeouts timeouts)
            implements Opening {
        @Override
        public Channel open() {
            FarEnd farEnd = new FarEnd(provider.outbound, baseUrl, FarEnd.CONNECTIONS_MAX, timeouts);
            return new CompatChannel(id, farEnd, key == null ? null : key.value(), dialect, provider.clock);
        }
    }
}
