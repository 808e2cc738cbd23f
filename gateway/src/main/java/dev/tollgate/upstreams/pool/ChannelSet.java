package dev.tollgate.upstreams.pool;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The channels of one reading of the operator's file, by model. Immutable. */
final class ChannelSet {

    static final ChannelSet EMPTY = new ChannelSet(List.of(), Map.of(), Map.of());

    private static final List<ModelRoute> NONE = List.of();

    private final List<PooledChannel> channels;
    private final Map<String, List<ModelRoute>> byModel;
    private final Map<String, Instant> credentialsExpire;

    private ChannelSet(
            List<PooledChannel> channels,
            Map<String, List<ModelRoute>> byModel,
            Map<String, Instant> credentialsExpire) {
        this.channels = channels;
        this.byModel = byModel;
        this.credentialsExpire = credentialsExpire;
    }

    /** Returns the next set. New channels are opened; unchanged ones stay, with their connections and health. */
    ChannelSet next(List<ChannelSpec> specs) {
        List<PooledChannel> next = new ArrayList<>();
        Map<String, List<ModelRoute>> routes = new HashMap<>();
        Map<String, Instant> expire = new HashMap<>();
        for (ChannelSpec spec : specs) {
            PooledChannel channel = kept(spec);
            next.add(channel);
            if (spec.credentialExpires() != null) {
                expire.put(spec.id(), spec.credentialExpires());
            }
            spec.models().keySet().forEach(modelId -> routes.computeIfAbsent(modelId, _ -> new ArrayList<>())
                    .add(ModelRoute.of(channel, spec, modelId)));
        }
        routes.replaceAll((_, list) -> list.stream()
                .sorted(Comparator.comparingInt(ModelRoute::priority))
                .toList());
        return new ChannelSet(List.copyOf(next), Map.copyOf(routes), Map.copyOf(expire));
    }

    private PooledChannel kept(ChannelSpec spec) {
        return channels.stream()
                .filter(known -> known.is(spec))
                .findFirst()
                .orElseGet(() -> new PooledChannel(spec.id(), spec.kind(), spec.opening()));
    }

    /** Returns lower priorities first; empty if no channel serves the model. */
    List<ModelRoute> routes(String modelId) {
        return byModel.getOrDefault(modelId, NONE);
    }

    Set<String> models() {
        return byModel.keySet();
    }

    List<PooledChannel> channels() {
        return channels;
    }

    /** Returns null if the operator has not entered a date. */
    @Nullable
    Instant credentialExpires(PooledChannel channel) {
        return credentialsExpire.get(channel.id());
    }

    List<ModelRoute> routesOf(PooledChannel channel) {
        return byModel.values().stream()
                .flatMap(List::stream)
                .filter(route -> route.channel().equals(channel))
                .sorted(Comparator.comparing(ModelRoute::modelId))
                .toList();
    }
}
