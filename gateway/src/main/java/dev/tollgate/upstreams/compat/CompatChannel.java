package dev.tollgate.upstreams.compat;

import dev.tollgate.base.conversation.PromptPrint;
import dev.tollgate.base.conversation.ResponseFormat;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.http.client.FarEnd;
import dev.tollgate.http.client.Request;
import dev.tollgate.upstreams.connections.AnswerReader;
import dev.tollgate.upstreams.connections.BodySender;
import dev.tollgate.upstreams.connections.Errand;
import dev.tollgate.upstreams.connections.MadeReader;
import dev.tollgate.upstreams.connections.OutgoingBody;
import dev.tollgate.upstreams.connections.StreamedCall;
import dev.tollgate.upstreams.media.WantedMedium;
import dev.tollgate.upstreams.pool.Ask;
import dev.tollgate.upstreams.pool.Channel;
import dev.tollgate.upstreams.pool.ChatAsk;
import dev.tollgate.upstreams.pool.EmbedAsk;
import dev.tollgate.upstreams.pool.PreparedAsk;
import dev.tollgate.upstreams.pool.PromptCount;
import dev.tollgate.upstreams.pool.UpstreamCall;
import dev.tollgate.upstreams.pool.UpstreamListener;
import io.vertx.core.Context;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A server that speaks Chat Completions. Always asked for a stream (D46). */
final class CompatChannel implements Channel {

    private final String name;
    private final FarEnd farEnd;
    private final @Nullable String key;
    private final ServerDialect dialect;
    private final CompatErrors errors;

    /** @param key sent as a bearer token and shown nowhere; null where the server wants none */
    CompatChannel(String name, FarEnd farEnd, @Nullable String key, ServerDialect dialect, InstantSource clock) {
        this.name = name;
        this.farEnd = farEnd;
        this.key = key;
        this.dialect = dialect;
        this.errors = new CompatErrors(key == null ? "" : key, clock);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String provider() {
        return CompatProvider.KIND;
    }

    @Override
    public boolean mayStore() {
        return dialect.mayStore();
    }

    @Override
    public PreparedAsk prepare(Ask ask) {
        if (ask instanceof ChatAsk chat) {
            return new Prepared(
                    CompatRequestWriter.write(chat, chat.replay().onChannel(name, chat.upstreamModel()), dialect),
                    chat);
        }
        if (ask instanceof EmbedAsk embeddings) {
            return new CompatEmbedding(farEnd, request("/embeddings"), errors, embeddings, dialect.readsCost());
        }
        throw ApiError.invalid(
                        "model",
                        "'model': %s is not served in Gemini's own form here; use /v1/chat/completions for it."
                                .formatted(ask.modelId()))
                .asException();
    }

    private Request request(String path) {
        Request request = farEnd.post(path);
        return key == null ? request : request.with("authorization", "Bearer " + key);
    }

    @Override
    public int connections() {
        return farEnd.connections();
    }

    @Override
    public void close() {
        farEnd.close();
    }

    private final class Prepared implements PreparedAsk {
        private final CompatBody body;
        private final ChatAsk ask;

        private Prepared(CompatBody body, ChatAsk ask) {
            this.body = body;
            this.ask = ask;
        }

        @Override
        public String model() {
            return ask.upstreamModel();
        }

        @Override
        public List<String> ignored() {
            return body.ignored();
        }

        @Override
        public @Nullable PromptPrint print() {
            return body.print();
        }

        @Override
        public List<WantedMedium> wanted() {
            return body.wanted();
        }

        @Override
        public PreparedAsk loaded() {
            return body.wanted().isEmpty() ? this : new Prepared(body.loaded(ask.media()), ask);
        }

        /** The protocol has no way to count. */
        @Override
        public void count(Consumer<Optional<PromptCount>> then) {
            farEnd.vertx().runOnContext(_ -> then.accept(Optional.empty()));
        }

        @Override
        public UpstreamCall send(@Nullable Long maxOutputTokens, UpstreamListener listener) {
            if (!Context.isOnEventLoopThread()) {
                throw new IllegalStateException("a call belongs to an event loop");
            }
            boolean json = !(ask.conversation().responseFormat() instanceof ResponseFormat.Text);
            CompatReader chunks = new CompatReader(
                    errors, ask.candidates(), ask.includeThoughts(), json, ask.tier(), dialect.readsCost());
            AnswerReader reader = MadeReader.ofOpenAi(chunks, ask.media().made(), errors);
            Request request = request("/chat/completions")
                    .with("accept", "text/event-stream")
                    .withKnown("traceparent", listener.traceparent());
            StreamedCall call = new StreamedCall(
                    farEnd.vertx(), farEnd.timeouts(), errors, reader, listener, errand(textMax(maxOutputTokens)));
            call.start(farEnd.connect(request));
            return call;
        }

        /** Returns the maximum without room for thoughts: the server may have none, and would write text instead. */
        private @Nullable Long textMax(@Nullable Long maxOutputTokens) {
            return maxOutputTokens == null || ask.room() == null
                    ? maxOutputTokens
                    : Long.valueOf(Math.min(ask.room().textTokensMax(), maxOutputTokens));
        }

        private Errand errand(@Nullable Long maxOutputTokens) {
            if (body.wanted().isEmpty()) {
                return connected -> connected.send(
                        body.whole(), body.open(), body.end(maxOutputTokens).getBytes(StandardCharsets.US_ASCII));
            }
            Context loop = farEnd.vertx().getOrCreateContext();
            OutgoingBody whole = body.body(maxOutputTokens);
            return connected -> BodySender.start(loop, connected, whole);
        }
    }
}
