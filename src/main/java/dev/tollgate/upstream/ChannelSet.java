package dev.tollgate.upstream;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The channels of one reading of the operator's file, by model. Immutable. */
final class ChannelSet {

    static final ChannelSet EMPTY = new ChannelSet(List.of(), Map.of());

    private static final List<ModelRoute> NONE = List.of();

    private final List<PooledChannel> channels;
    private final Map<String, List<ModelRoute>> byModel;

    private ChannelSet(List<PooledChannel> channels, Map<String, List<ModelRoute>> byModel) {
        this.channels = channels;
        this.byModel = byModel;
    }

    /** Opens what is new; a channel that has not changed stays, with its connections and all that is known of it. */
    ChannelSet next(List<ChannelSpec> specs) {
        List<PooledChannel> next = new ArrayList<>();
        Map<String, List<ModelRoute>> routes = new HashMap<>();
        for (ChannelSpec spec : specs) {
            PooledChannel channel = kept(spec);
            next.add(channel);
            spec.models().keySet().forEach(modelId -> routes.computeIfAbsent(modelId, _ -> new ArrayList<>())
                    .add(ModelRoute.of(channel, spec, modelId)));
        }
        routes.replaceAll((_, list) -> list.stream()
                .sorted(Comparator.comparingInt(ModelRoute::priority))
                .toList());
        return new ChannelSet(List.copyOf(next), Map.copyOf(routes));
    }

    private PooledChannel kept(ChannelSpec spec) {
        return channels.stream()
                .filter(known -> known.is(spec))
                .findFirst()
                .orElseGet(() -> new PooledChannel(spec.id(), spec.kind(), spec.opening()));
    }

    /** Lower priorities first; empty where no channel serves the model. */
    List<ModelRoute> routes(String modelId) {
        return byModel.getOrDefault(modelId, NONE);
    }

    List<PooledChannel> channels() {
        return channels;
    }

    List<ModelRoute> routesOf(PooledChannel channel) {
        return byModel.values().stream()
                .flatMap(List::stream)
                .filter(route -> route.channel().equals(channel))
                .sorted(Comparator.comparing(ModelRoute::modelId))
                .toList();
    }
}
