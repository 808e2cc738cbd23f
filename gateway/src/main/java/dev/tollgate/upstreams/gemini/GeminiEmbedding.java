package dev.tollgate.upstreams.gemini;

import dev.tollgate.base.memory.CountedBytes;
import dev.tollgate.http.client.FarEnd;
import dev.tollgate.http.client.Request;
import dev.tollgate.upstreams.connections.StreamedCall;
import dev.tollgate.upstreams.embeddings.EmbedCall;
import dev.tollgate.upstreams.embeddings.TokenCounter;
import dev.tollgate.upstreams.embeddings.VectorReader;
import dev.tollgate.upstreams.gemini.answers.GeminiErrors;
import dev.tollgate.upstreams.pool.EmbedAsk;
import dev.tollgate.upstreams.pool.PreparedAsk;
import dev.tollgate.upstreams.pool.PromptCount;
import dev.tollgate.upstreams.pool.UpstreamCall;
import dev.tollgate.upstreams.pool.UpstreamListener;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A request for embeddings, as a Gemini's channel sends it (E68). The Gemini API reports no tokens, so that they are counted. */
final class GeminiEmbedding implements PreparedAsk {

    private static final int BYTES_FIRST = 256;

    private final Line line;
    private final EmbedAsk ask;
    private final EmbedMethod method;
    private final List<List<EmbedAsk.Input>> parts;
    private final List<byte[]> bodies = new ArrayList<>();
    private final Counter counter = new Counter();

    /**
     * The channel's way to its upstream.
     *
     * @param models knows what a model that is not found means
     * @param countMillis how long to wait for a count
     */
    record Line(FarEnd farEnd, GeminiEndpoint access, GeminiErrors errors, Succession models, long countMillis) {

        Request request(String model, String method) {
            return access.keyed(farEnd.post(access.path(model, method)));
        }
    }

    GeminiEmbedding(Line line, EmbedAsk ask) {
        this.line = line;
        this.ask = ask;
        this.method = line.access().embedMethod(ask.upstreamModel());
        this.parts = method.parts(ask.inputs());
        for (List<EmbedAsk.Input> part : parts) {
            CountedBytes out = new CountedBytes(ask.memory(), BYTES_FIRST * part.size());
            method.write(out, ask.upstreamModel(), part, ask);
            bodies.add(out.whole());
        }
    }

    @Override
    public String model() {
        return ask.upstreamModel();
    }

    @Override
    public List<String> ignored() {
        return List.of();
    }

    /** Large calls are not sent to a second channel as well. */
    @Override
    public boolean mayBeHedged() {
        return parts.size() == 1;
    }

    @Override
    public void count(Consumer<Optional<PromptCount>> then) {
        counter.ask(ask.inputs(), then);
    }

    @Override
    public UpstreamCall send(@Nullable Long maxOutputTokens, UpstreamListener listener) {
        EmbedCall call =
                new EmbedCall(ask, parts, this::send, counter, new AnsweringModel(line.models(), model(), listener));
        call.begin();
        return call;
    }

    private UpstreamCall send(int part, UpstreamListener heard) {
        StreamedCall call = new StreamedCall(
                line.farEnd().vertx(),
                line.farEnd().timeouts(),
                line.errors(),
                new VectorReader(line.errors(), method.places(), ask, parts.get(part)),
                heard,
                connected -> connected.send(bodies.get(part)));
        Request request =
                line.request(ask.upstreamModel(), method.method()).withKnown("traceparent", heard.traceparent());
        call.start(line.access().connect(line.farEnd(), request));
        return call;
    }

    private final class Counter implements TokenCounter {

        @Override
        public boolean canCount() {
            return true;
        }

        @Override
        public void count(List<EmbedAsk.Input> inputs, Consumer<OptionalLong> then) {
            ask(
                    inputs,
                    counted -> then.accept(
                            counted.isEmpty()
                                    ? OptionalLong.empty()
                                    : OptionalLong.of(counted.get().tokens())));
        }

        private void ask(List<EmbedAsk.Input> inputs, Consumer<Optional<PromptCount>> then) {
            ByteArrayOutputStream out = new ByteArrayOutputStream(BYTES_FIRST * inputs.size());
            EmbedMethod.writeCount(out, inputs);
            byte[] body = out.toByteArray();
            Request request = line.request(model(), "countTokens");
            GeminiCount.start(
                    line.farEnd().vertx(),
                    line.access().connect(line.farEnd(), request),
                    connected -> connected.send(body),
                    line.countMillis(),
                    then);
        }
    }
}
