package dev.tollgate.serving;

import dev.tollgate.base.config.ConfigException;
import dev.tollgate.base.config.Secret;
import dev.tollgate.base.config.ServerSettings;
import dev.tollgate.base.config.Settings;
import dev.tollgate.base.config.TrafficSettings;
import dev.tollgate.base.log.Event;
import dev.tollgate.http.client.FarEnd;
import dev.tollgate.http.client.Outbound;
import dev.tollgate.http.client.Timeouts;
import dev.tollgate.models.Model;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.serving.UpstreamsModule.StandIn;
import dev.tollgate.upstreams.compat.CompatProvider;
import dev.tollgate.upstreams.gemini.GeminiChannel;
import dev.tollgate.upstreams.gemini.GeminiMedia;
import dev.tollgate.upstreams.gemini.GeminiProvider;
import dev.tollgate.upstreams.gemini.KnownModels;
import dev.tollgate.upstreams.gemini.VertexProvider;
import dev.tollgate.upstreams.pool.ChannelSpec;
import dev.tollgate.upstreams.pool.ChannelsFile;
import dev.tollgate.upstreams.pool.PoolSpec;
import dev.tollgate.upstreams.pool.Provider;
import dev.tollgate.upstreams.pool.Upstreams;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The channels that answer calls: the operator's channels file, else the Gemini channel of the settings, else the sandbox. */
public final class UpstreamChannels {

    private static final Logger log = LoggerFactory.getLogger(UpstreamChannels.class);
    private static final long LINGER_MILLIS = 5_000;

    private final Outbound outbound;
    private final CallGround ground;
    private final @Nullable StandIn standIn;
    private final @Nullable Path file;
    private final GeminiMedia media;
    private final ChannelsFile reader;
    private final ChannelSpec single;
    private final Upstreams upstreams;

    /** @throws ConfigException when the channels file has an error */
    public UpstreamChannels(CallGround ground, Outbound outbound, @Nullable StandIn standIn) {
        Surroundings surroundings = ground.surroundings();
        this.outbound = outbound;
        this.ground = ground;
        Settings settings = ground.settings();
        this.standIn = standIn;
        this.file = settings.find(ServerSettings.CHANNELS_FILE);
        this.media = new GeminiMedia(
                Set.copyOf(settings.list(TrafficSettings.MEDIA_GS)),
                surroundings.clock(),
                surroundings.uploadedAbove());
        this.reader = new ChannelsFile(providers(surroundings), models(), timeouts(), surroundings.environment());
        this.single = single();
        this.upstreams = new Upstreams(outbound.vertx(), pool(), surroundings.clock(), surroundings.random());
    }

    /** The whole table: one line a provider. */
    private List<Provider> providers(Surroundings surroundings) {
        return List.of(
                new GeminiProvider(outbound, known(), media),
                new VertexProvider(outbound, surroundings.clock(), known(), media),
                new CompatProvider(outbound, surroundings.clock()));
    }

    public Upstreams upstreams() {
        return upstreams;
    }

    /** Returns whether there is a file that can be read again. */
    public boolean hasFile() {
        return file != null;
    }

    /**
     * Reads the file again. One with an error changes nothing. Blocks.
     *
     * @return whether it was taken
     */
    public boolean reload() {
        try {
            PoolSpec pool = pool();
            upstreams.use(pool);
            log.info(
                    Event.CHANNELS_READ,
                    "channels file reloaded: {} channels",
                    pool.channels().size());
            warnings().forEach(log::warn);
            return true;
        } catch (ConfigException e) {
            log.error(
                    Event.CHANNELS_NOT_READ, "channels file rejected, the channels stay unchanged: {}", e.getMessage());
            return false;
        }
    }

    private PoolSpec pool() {
        return file == null ? PoolSpec.of(List.of(single)) : reader.read(file);
    }

    /** Returns a warning that names the models on sale that no channel serves; none if all are served. */
    public List<String> warnings() {
        TreeSet<String> unserved = new TreeSet<>(models().keySet());
        upstreams.status().forEach(channel -> channel.models().forEach(model -> unserved.remove(model.id())));
        return switch (unserved.size()) {
            case 0 -> List.of();
            case 1 -> List.of("no channel serves the model " + unserved.getFirst() + ", calls of it fail.");
            default -> List.of("no channel serves the models " + String.join(", ", unserved) + "; calls of them fail.");
        };
    }

    private ChannelSpec single() {
        String name = standIn == null ? "gemini" : ChannelSpec.SANDBOX;
        return new ChannelSpec(
                name,
                name,
                1,
                1,
                models(),
                () -> new GeminiChannel(
                        outbound, name, url(), key(), false, FarEnd.CONNECTIONS_MAX, timeouts(), known(), media));
    }

    /** Describes the channels for the start. */
    public String shown() {
        int count = upstreams.status().size();
        return file == null ? url() : count + (count == 1 ? " channel of " : " channels of ") + file;
    }

    private String url() {
        URI chosen = ground.settings().find(ServerSettings.GEMINI_BASE_URL);
        if (standIn != null) {
            return standIn.url();
        }
        return chosen == null ? GeminiChannel.DEFAULT_BASE_URL : chosen.toString();
    }

    /** A server that speaks the protocol may want no key; the header is sent all the same. */
    private String key() {
        String own = standIn == null ? null : standIn.key();
        if (own != null) {
            return own;
        }
        Secret key = ground.settings().find(ServerSettings.GEMINI_API_KEY);
        return key == null ? "none" : key.value();
    }

    private Map<String, String> models() {
        Map<String, String> models = new LinkedHashMap<>();
        for (Model model : ground.catalogue().all()) {
            models.put(model.id(), model.upstream().name());
        }
        return models;
    }

    private Timeouts timeouts() {
        return new Timeouts(
                ground.settings().get(TrafficSettings.UPSTREAM_CONNECT).toMillis(),
                ground.settings().get(TrafficSettings.UPSTREAM_FIRST).toMillis(),
                ground.settings().get(TrafficSettings.UPSTREAM_IDLE).toMillis(),
                LINGER_MILLIS);
    }

    private KnownModels known() {
        return new KnownModels(Set.copyOf(ground.catalogue().upstreamNames()), this::upstreamModel);
    }

    private UpstreamModel upstreamModel(String name) {
        return Objects.requireNonNull(
                ground.catalogue().upstream(name), () -> "the catalogue has no rules for the upstream model " + name);
    }
}
