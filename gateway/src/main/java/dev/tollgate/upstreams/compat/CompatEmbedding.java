package dev.tollgate.upstreams.compat;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.json.Json;
import dev.tollgate.base.memory.CountedBytes;
import dev.tollgate.http.client.FarEnd;
import dev.tollgate.http.client.Request;
import dev.tollgate.upstreams.connections.StreamedCall;
import dev.tollgate.upstreams.embeddings.EmbedCall;
import dev.tollgate.upstreams.embeddings.TokenCounter;
import dev.tollgate.upstreams.embeddings.VectorPlaces;
import dev.tollgate.upstreams.embeddings.VectorReader;
import dev.tollgate.upstreams.pool.EmbedAsk;
import dev.tollgate.upstreams.pool.PreparedAsk;
import dev.tollgate.upstreams.pool.PromptCount;
import dev.tollgate.upstreams.pool.UpstreamCall;
import dev.tollgate.upstreams.pool.UpstreamListener;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** A request for embeddings, as {@code POST {base_url}/embeddings} takes it: all inputs in one (E68). */
final class CompatEmbedding implements PreparedAsk {

    private static final int BYTES_FIRST = 256;

    private final FarEnd farEnd;
    private final Request request;
    private final CompatErrors errors;
    private final EmbedAsk ask;
    private final VectorPlaces places;
    private final byte[] body;

    /**
     * @param readsCost whether the cost that the server reports counts
     * @throws dev.tollgate.base.error.ApiException for vectors of several lengths in one call
     */
    CompatEmbedding(FarEnd farEnd, Request request, CompatErrors errors, EmbedAsk ask, boolean readsCost) {
        this.farEnd = farEnd;
        this.request = request;
        this.errors = errors;
        this.ask = ask;
        this.places = readsCost ? VectorPlaces.OPENAI : VectorPlaces.OPENAI.withoutCost();
        int dimensions = ask.dimensions(ask.inputs().getFirst());
        if (ask.inputs().stream().anyMatch(input -> ask.dimensions(input) != dimensions)) {
            String field = ask.fields().dimensions();
            throw ApiError.invalid(field, "'" + field + "' must be the same for all inputs of this model.")
                    .asException();
        }
        CountedBytes out = new CountedBytes(ask.memory(), BYTES_FIRST);
        try (JsonGenerator json = Json.MAPPER.createGenerator(out)) {
            write(json, dimensions);
        }
        this.body = out.whole();
    }

    /** Asks for numbers: their digits are passed on. */
    private void write(JsonGenerator json, int dimensions) {
        json.writeStartObject();
        json.writeStringProperty("model", ask.upstreamModel());
        json.writeArrayPropertyStart("input");
        ask.inputs().forEach(input -> input.text().write(json));
        json.writeEndArray();
        json.writeStringProperty("encoding_format", "float");
        if (dimensions < ask.limits().dimensionsMax()) {
            json.writeNumberProperty("dimensions", dimensions);
        }
        json.writeEndObject();
    }

    @Override
    public String model() {
        return ask.upstreamModel();
    }

    @Override
    public List<String> ignored() {
        List<String> ignored = new java.util.ArrayList<>();
        if (ask.inputs().stream().anyMatch(input -> input.taskType() != null)) {
            ignored.add(ask.fields().taskType());
        }
        if (ask.inputs().stream().anyMatch(input -> input.title() != null)) {
            ignored.add(ask.fields().title());
        }
        return ignored;
    }

    /** The protocol has no way to count. */
    @Override
    public void count(Consumer<Optional<PromptCount>> then) {
        farEnd.vertx().runOnContext(_ -> then.accept(Optional.empty()));
    }

    @Override
    public UpstreamCall send(@Nullable Long maxOutputTokens, UpstreamListener listener) {
        EmbedCall call = new EmbedCall(ask, List.of(ask.inputs()), this::send, TokenCounter.NONE, listener);
        call.begin();
        return call;
    }

    private UpstreamCall send(int part, UpstreamListener heard) {
        StreamedCall call = new StreamedCall(
                farEnd.vertx(),
                farEnd.timeouts(),
                errors,
                new VectorReader(errors, places, ask, ask.inputs()),
                heard,
                connected -> connected.send(body));
        call.start(farEnd.connect(request.withKnown("traceparent", heard.traceparent())));
        return call;
    }
}
