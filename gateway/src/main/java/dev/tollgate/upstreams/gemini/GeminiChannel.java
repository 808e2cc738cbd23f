package dev.tollgate.upstreams.gemini;

import dev.tollgate.base.conversation.PromptPrint;
import dev.tollgate.base.conversation.ResponseFormat;
import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.http.client.FarEnd;
import dev.tollgate.http.client.Outbound;
import dev.tollgate.http.client.Request;
import dev.tollgate.http.client.Roundtrip;
import dev.tollgate.http.client.Timeouts;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.running.Standing;
import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.upstreams.connections.AnswerReader;
import dev.tollgate.upstreams.connections.Errand;
import dev.tollgate.upstreams.connections.MadeReader;
import dev.tollgate.upstreams.connections.StreamedCall;
import dev.tollgate.upstreams.gemini.GeminiEndpoint.CallIds;
import dev.tollgate.upstreams.gemini.answers.GeminiErrors;
import dev.tollgate.upstreams.gemini.answers.GeminiEventReader;
import dev.tollgate.upstreams.hops.Hops;
import dev.tollgate.upstreams.media.WantedMedium;
import dev.tollgate.upstreams.pool.Ask;
import dev.tollgate.upstreams.pool.Channel;
import dev.tollgate.upstreams.pool.ChatAsk;
import dev.tollgate.upstreams.pool.EmbedAsk;
import dev.tollgate.upstreams.pool.NativeAsk;
import dev.tollgate.upstreams.pool.PreparedAsk;
import dev.tollgate.upstreams.pool.PromptCount;
import dev.tollgate.upstreams.pool.UpstreamCall;
import dev.tollgate.upstreams.pool.UpstreamListener;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The Gemini API, Vertex AI, or any server that speaks their protocol.
 *
 * <p>Safe for use by several event loops; each call stays on its own.
 */
public final class GeminiChannel implements Channel {

    public static final String DEFAULT_BASE_URL = "https://generativelanguage.googleapis.com";

    /** Counting is an aid: a caller who waits for a refusal need not wait long. */
    private static final long COUNT_MILLIS = 10_000;

    private static final String ASKING = "streamGenerateContent?alt=sse";
    private static final int KNOWN_REQUESTS_MAX = 256;

    private static final String NOT_STORED =
            "store: true is not allowed: this server has the provider store no prompt and no answer. Allowed is false, or leave it out.";

    private static final int MODEL_CHARS_MAX = 128;

    private final String name;
    private final FarEnd farEnd;
    private final GeminiEndpoint access;
    private final Succession models;

    /** The requests by the upstream's model. */
    private final Map<String, Request> asking = new ConcurrentHashMap<>();

    /** The models of embeddings whose last answer reported its tokens. */
    private final GeminiErrors errors;

    private final Set<String> buckets;
    private final long uploadedAbove;
    private final @Nullable FileUploads uploads;

    /**
     * @param name the operator's name for it
     * @param baseUrl http or https, without the version's path; {@link #DEFAULT_BASE_URL} is Google's
     * @param key sent as {@code x-goog-api-key} and shown nowhere
     * @param connectionsMax to the one host; as many calls again may wait for one
     * @param mayStore whether the project's settings decide what Google stores
     * @param models the catalogue's rules
     */
    public GeminiChannel(
            Outbound outbound,
            String name,
            String baseUrl,
            String key,
            boolean mayStore,
            int connectionsMax,
            Timeouts timeouts,
            KnownModels models,
            GeminiMedia media) {
        this(
                name,
                new FarEnd(outbound, baseUrl, connectionsMax, timeouts),
                new KeyAccess(key, mayStore),
                new Succession(name, GeminiProvider.KIND, models, media.clock()),
                media);
        if (!FarEnd.isCredential(key)) {
            throw new IllegalArgumentException("the key of channel " + name + " is empty or holds unusual characters");
        }
    }

    GeminiChannel(String name, FarEnd farEnd, GeminiEndpoint access, Succession models, GeminiMedia media) {
        this.name = name;
        this.farEnd = farEnd;
        this.access = access;
        this.models = models;
        this.errors = new GeminiErrors(access::secret, access::mayHaveExpired, media.clock());
        this.buckets = media.buckets();
        this.uploadedAbove = media.uploadedAbove();
        this.uploads =
                access.hasFiles() ? new FileUploads(new UploadProtocol(farEnd, access, errors), media.clock()) : null;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String provider() {
        return access.provider();
    }

    @Override
    public boolean hasHops() {
        return true;
    }

    @Override
    public boolean takesFunctionsWithSearch() {
        return access.takesFunctionsWithSearch();
    }

    @Override
    public boolean mayStore() {
        return access.mayStore();
    }

    @Override
    public PreparedAsk prepare(Ask ask) {
        if (!isModel(ask.upstreamModel())) {
            throw new IllegalArgumentException("not a model's name: " + ask.upstreamModel());
        }
        if (ask instanceof EmbedAsk embeddings) {
            return new GeminiEmbedding(
                    new GeminiEmbedding.Line(farEnd, access, errors, models, COUNT_MILLIS), embeddings);
        }
        access.check(ask);
        Boolean store = ask instanceof NativeAsk own ? own.store() : null;
        if (Boolean.TRUE.equals(store) && !access.mayStore()) {
            throw ApiError.invalid(NativeAsk.STORE, NOT_STORED).asException();
        }
        UpstreamModel model = models.model(ask.upstreamModel());
        CallIds callIds = access.callIds(model.signatures());
        ServiceTier tier = access.tierInBody(ask.tier());
        GeminiBody body =
                switch (ask) {
                    case ChatAsk chat ->
                        GeminiRequestWriter.write(chat.onChannel(name, model.name()), model, callIds, buckets, tier);
                    case NativeAsk own -> NativeRequestWriter.write(own, name, model, callIds, buckets, tier);
                    case EmbedAsk embeddings -> throw new IllegalStateException("embeddings are prepared elsewhere");
                };
        String token = ask instanceof NativeAsk own ? own.continuationToken() : null;
        return new Prepared(body.with(access.storeInBody(store), token), model.name(), ask);
    }

    /** Returns whether a name is a model's. This is hand-written, since each call needs it, and a pattern allocates a matcher. */
    private static boolean isModel(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean isLetter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
            if (!isLetter && (c < '0' || c > '9') && "._@-".indexOf(c) < 0) {
                return false;
            }
        }
        return !name.isEmpty() && name.length() <= MODEL_CHARS_MAX;
    }

    @Override
    public Standing standing(String upstreamModel) {
        return models.standing(upstreamModel);
    }

    @Override
    public boolean tryOut(String upstreamModel, Consumer<@Nullable UpstreamFailure> then) {
        Request counting = request(models.name(upstreamModel), "countTokens");
        GeminiCount.tryOut(farEnd.vertx(), access.connect(farEnd, counting), COUNT_MILLIS, errors, then);
        return true;
    }

    /** Calls of one model begin with the same bytes. */
    private Request asking(String model) {
        Request known = asking.get(model);
        if (known != null) {
            return known;
        }
        Request made = request(model, ASKING);
        if (asking.size() < KNOWN_REQUESTS_MAX) {
            asking.put(model, made);
        }
        return made;
    }

    private Request request(String model, String method) {
        return access.keyed(farEnd.post(access.path(model, method)));
    }

    /** Lets connections go; running calls fail. */
    @Override
    public int connections() {
        return farEnd.connections();
    }

    @Override
    public void close() {
        farEnd.close();
        access.close();
    }

    private final class Prepared implements PreparedAsk {
        private final GeminiBody body;
        private final String model;
        private final Request request;
        private final Ask ask;

        Prepared(GeminiBody body, String model, Ask ask) {
            this.body = body;
            this.model = model;
            this.request = access.tiered(asking(model), ask.tier());
            this.ask = ask;
        }

        @Override
        public String model() {
            return model;
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
        public void count(Consumer<Optional<PromptCount>> then) {
            if (!access.counts(ask)) {
                farEnd.vertx().runOnContext(_ -> then.accept(Optional.empty()));
                return;
            }
            Request counting = request(model, "countTokens");
            MediaErrand errand = new MediaErrand(
                    farEnd.vertx(),
                    new MediaPlacement(uploads, body, ask.media(), uploadedAbove),
                    media -> access.countBody(body, model, media));
            GeminiCount.start(
                    farEnd.vertx(),
                    errand.connecting(() -> access.connect(farEnd, counting)),
                    errand,
                    COUNT_MILLIS,
                    then);
        }

        /** The other door's answers are as they come. */
        private static boolean isJson(Ask ask) {
            return ask instanceof ChatAsk chat
                    && !(chat.conversation().responseFormat() instanceof ResponseFormat.Text);
        }

        /** The model has retired since this was translated, as while media were loaded. */
        private UpstreamCall overtaken(UpstreamListener listener) {
            UpstreamFailure failure = errors.of(UpstreamFailure.Kind.REPLACED, model + " has retired");
            farEnd.vertx().runOnContext(_ -> listener.failed(failure));
            return UpstreamCall.NONE;
        }

        @Override
        public UpstreamCall send(@Nullable Long maxOutputTokens, UpstreamListener listener) {
            if (!Context.isOnEventLoopThread()) {
                throw new IllegalStateException("a call belongs to an event loop");
            }
            if (!models.name(ask.upstreamModel()).equals(model)) {
                return overtaken(listener);
            }
            AnswerReader reader = MadeReader.ofGemini(
                    new GeminiEventReader(
                            errors, isJson(ask), ask.candidates(), ask instanceof NativeAsk own && own.asChunks()),
                    ask.media().made(),
                    errors);
            UpstreamListener answering = new AnsweringModel(models, model, listener);
            Request request = asked(maxOutputTokens).withKnown("traceparent", listener.traceparent());
            if (body.slots().isEmpty()) {
                return start(
                        reader,
                        answering,
                        connected -> connected.send(
                                body.whole(),
                                body.open(),
                                body.end(maxOutputTokens).getBytes(StandardCharsets.US_ASCII)),
                        access.connect(farEnd, request));
            }
            MediaErrand errand = new MediaErrand(
                    farEnd.vertx(),
                    new MediaPlacement(uploads, body, ask.media(), uploadedAbove),
                    media -> body.body(maxOutputTokens, media));
            return start(reader, answering, errand, errand.connecting(() -> access.connect(farEnd, request)));
        }

        /** Returns the request of one answer, or of a hop of one. */
        private Request asked(@Nullable Long maxOutputTokens) {
            Hops hops = ask.hops();
            boolean isAbove = hops != null && maxOutputTokens != null && maxOutputTokens > hops.hopMax();
            return isAbove || ask.continuesAnswer()
                    ? access.tiered(access.keyed(farEnd.post(access.hopPath(model, ASKING))), ask.tier())
                    : request;
        }

        private UpstreamCall start(
                AnswerReader reader, UpstreamListener answering, Errand errand, Future<Roundtrip> connecting) {
            StreamedCall call = new StreamedCall(farEnd.vertx(), farEnd.timeouts(), errors, reader, answering, errand);
            call.start(connecting);
            return call;
        }
    }
}
