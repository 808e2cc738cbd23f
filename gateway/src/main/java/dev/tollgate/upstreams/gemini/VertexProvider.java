package dev.tollgate.upstreams.gemini;

import dev.tollgate.base.config.Secret;
import dev.tollgate.base.config.YamlNode;
import dev.tollgate.http.client.FarEnd;
import dev.tollgate.http.client.Outbound;
import dev.tollgate.http.client.Timeouts;
import dev.tollgate.upstreams.gemini.credentials.ServiceAccount;
import dev.tollgate.upstreams.gemini.credentials.VertexToken;
import dev.tollgate.upstreams.pool.Channel;
import dev.tollgate.upstreams.pool.ChannelEntry;
import dev.tollgate.upstreams.pool.Opening;
import dev.tollgate.upstreams.pool.Provider;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Channels of kind {@code vertex}: Vertex AI with a service account's key file, or with a key in express mode.
 *
 * @param models the catalogue's rules
 * @param media what channels have to know to pass media on
 */
public record VertexProvider(Outbound outbound, InstantSource clock, KnownModels models, GeminiMedia media)
        implements Provider {

    private static final Pattern PROJECT = Pattern.compile("[a-z0-9][a-z0-9.:-]{0,99}");
    private static final Pattern LOCATION = Pattern.compile("[a-z][a-z0-9-]{0,39}");
    private static final String GLOBAL = "global";
    private static final int TOKEN_CONNECTIONS_MAX = 4;

    static final String KIND = "vertex";

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public Set<String> keys() {
        return Set.of("location", "credentials_file");
    }

    @Override
    public boolean servesCatalogue() {
        return true;
    }

    @Override
    public Opening read(ChannelEntry entry) {
        entry.requireModels(models.names());
        YamlNode credentials = entry.node().find("credentials_file");
        Secret key = entry.key();
        if (credentials != null && key != null) {
            throw credentials.complaint("cannot be combined with a key; allowed is one of them.");
        }
        if (credentials != null) {
            return serviceAccount(entry, credentials);
        }
        if (key != null) {
            return express(entry, key);
        }
        throw entry.node().complaint("has no credential; allowed is one of credentials_file, key, key_env, key_file.");
    }

    private Opening express(ChannelEntry entry, Secret key) {
        for (String unused : List.of("project", "location")) {
            YamlNode node = entry.node().find(unused);
            if (node != null) {
                throw node.complaint("has no meaning in express mode (with a key); it needs credentials_file.");
            }
        }
        String url = Objects.requireNonNullElse(entry.baseUrl(), host(GLOBAL));
        return new Express(this, entry.id(), url, key, entry.timeouts());
    }

    private Opening serviceAccount(ChannelEntry entry, YamlNode credentials) {
        Secret file = entry.file(credentials);
        ServiceAccount account;
        try {
            account = ServiceAccount.read(file);
        } catch (IllegalArgumentException e) {
            throw credentials.complaint("names a file that " + e.getMessage() + ".");
        }
        YamlNode location = entry.node().need("location");
        if (!LOCATION.matcher(location.text()).matches()) {
            throw location.wrong("a location like global, us or europe-west4");
        }
        YamlNode flex = entry.node().find(ChannelEntry.FLEX);
        if (flex != null && !flex.items().isEmpty() && !location.text().equals(GLOBAL)) {
            throw flex.complaint("needs the location global, or express mode.");
        }
        String project = project(entry.node().find("project"), account, credentials);
        String url = Objects.requireNonNullElse(entry.baseUrl(), host(location.text()));
        return new ByAccount(this, entry.id(), url, project, location.text(), file, entry.timeouts());
    }

    private static String project(@Nullable YamlNode node, ServiceAccount account, YamlNode credentials) {
        String project = node == null ? account.project() : node.text();
        if (project == null) {
            throw credentials.complaint("names a file without \"project_id\"; the channel needs a project.");
        }
        if (!PROJECT.matcher(project).matches()) {
            throw (node == null ? credentials : node)
                    .complaint("names no project; allowed is an id like my-project-1.");
        }
        return project;
    }

    /** protocol 1.1. */
    private static String host(String location) {
        return switch (location) {
            case GLOBAL -> "https://aiplatform.googleapis.com";
            case "us", "eu" -> "https://aiplatform." + location + ".rep.googleapis.com";
            default -> "https://" + location + "-aiplatform.googleapis.com";
        };
    }

    private Succession succession(String channel) {
        return new Succession(channel, KIND, models, clock);
    }

    private record Express(VertexProvider provider, String id, String baseUrl, Secret key, Timeouts timeouts)
            implements Opening {
        @Override
        public Channel open() {
            FarEnd farEnd = new FarEnd(provider.outbound, baseUrl, FarEnd.CONNECTIONS_MAX, timeouts);
            return new GeminiChannel(
                    id, farEnd, VertexAccess.express(key.value()), provider.succession(id), provider.media);
        }
    }

    private record ByAccount(
            VertexProvider provider,
            String id,
            String baseUrl,
            String project,
            String location,
            Secret file,
            Timeouts timeouts)
            implements Opening {
        @Override
        public Channel open() {
            ServiceAccount account = ServiceAccount.read(file);
            FarEnd tokens =
                    new FarEnd(provider.outbound, account.tokenUri().toString(), TOKEN_CONNECTIONS_MAX, timeouts);
            VertexToken token = new VertexToken(account, tokens, provider.clock);
            FarEnd farEnd = new FarEnd(provider.outbound, baseUrl, FarEnd.CONNECTIONS_MAX, timeouts);
            return new GeminiChannel(
                    id,
                    farEnd,
                    VertexAccess.serviceAccount(project, location, token),
                    provider.succession(id),
                    provider.media);
        }
    }
}
