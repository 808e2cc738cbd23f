package dev.tollgate.chat;

import dev.tollgate.answers.Asked;
import dev.tollgate.answers.IdempotencyKey;
import dev.tollgate.answers.KnownAnswers;
import dev.tollgate.answers.LargeBodies;
import dev.tollgate.answers.Outlet;
import dev.tollgate.answers.Sha256;
import dev.tollgate.config.Settings;
import dev.tollgate.conversation.Conversation;
import dev.tollgate.conversation.Effort;
import dev.tollgate.conversation.GoogleOptions;
import dev.tollgate.error.ApiError;
import dev.tollgate.error.ErrorCode;
import dev.tollgate.http.BodyGate;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;
import dev.tollgate.json.ReadLimits;
import dev.tollgate.keys.Key;
import dev.tollgate.keys.KeyCaller;
import dev.tollgate.media.CallMedia;
import dev.tollgate.memory.Lease;
import dev.tollgate.metering.CurrentModels;
import dev.tollgate.metering.Estimate;
import dev.tollgate.metering.FreeCounts;
import dev.tollgate.metering.Meter;
import dev.tollgate.metering.MeteredCall;
import dev.tollgate.metering.MeteredRequest;
import dev.tollgate.metering.Running;
import dev.tollgate.metering.Sink;
import dev.tollgate.models.Model;
import dev.tollgate.models.ModelsHandler;
import dev.tollgate.openai.ChatRequest;
import dev.tollgate.openai.ChatRequestReader;
import dev.tollgate.schema.SchemaChecks;
import dev.tollgate.signatures.Signatures;
import dev.tollgate.storage.StoreException;
import dev.tollgate.upstream.ChatAsk;
import dev.tollgate.upstream.Replay;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code POST /v1/chat/completions}: reads and checks the request, has it metered, shows the answer. */
public final class ChatHandler implements Handler {

    private static final Logger log = LoggerFactory.getLogger(ChatHandler.class);
    private static final String DOOR = "chat";
    private static final Duration STORE_WAIT = Duration.ofSeconds(1);

    private final CurrentModels models;
    private final Meter meter;
    private final KnownAnswers known;
    private final Signatures signatures;
    private final SchemaChecks checks;
    private final ReadLimits limits;
    private final AnswerForm form;
    private final InstantSource clock;
    private final RandomGenerator random;

    /**
     * @param jsonClients clients that expect JSON where they do not say (D1)
     * @param random for the ids of tool calls; thread-safe
     */
    public ChatHandler(
            CurrentModels models,
            Meter meter,
            KnownAnswers known,
            Signatures signatures,
            SchemaChecks checks,
            ReadLimits limits,
            Settings.JsonClients jsonClients,
            InstantSource clock,
            RandomGenerator random) {
        this.models = models;
        this.meter = meter;
        this.known = known;
        this.signatures = signatures;
        this.checks = checks;
        this.limits = limits;
        this.form = new AnswerForm(jsonClients);
        this.clock = clock;
        this.random = random;
    }

    @Override
    public void handle(Exchange exchange) {
        Key key = KeyCaller.modelKey(exchange);
        boolean isLarge = exchange.hasLargeBody();
        String name = IdempotencyKey.hash(exchange.headers(IdempotencyKey.HEADER));
        Lease memory = exchange.memory();
        exchange.read(body -> read(body, memory), read -> {
            if (isLarge || read.request().conversation().hasMedia() || mayReplay(read.request())) {
                exchange.compute(() -> prepare(key, read.request(), memory), call -> start(exchange, call, read, name));
            } else {
                start(exchange, prepare(key, read.request(), memory), read, name);
            }
        });
    }

    /** Who may have a large body read: as {@link #handle}. */
    public BodyGate gate(LargeBodies bodies) {
        return exchange -> {
            Key key = KeyCaller.modelKey(exchange);
            String name = IdempotencyKey.hash(exchange.headers(IdempotencyKey.HEADER));
            LargeBodies.Replay replay =
                    new LargeBodies.Replay(new ExchangeOutlet(exchange), running -> exchange.onGone(running::gone));
            return () -> bodies.paidOrKnown(key.accountId(), key.id(), name, DOOR, replay);
        };
    }

    /** Whether something may have to be looked up, which blocks. */
    private boolean mayReplay(ChatRequest request) {
        Model model = models.find(request.model());
        return model != null
                && Signatures.mayHave(
                        request.conversation().messages(), model.upstream().signatures());
    }

    /** @param hash of the body's bytes: what makes two requests the same */
    private record Read(ChatRequest request, String hash) {}

    private Read read(byte[] body, Lease memory) {
        return new Read(ChatRequestReader.read(body, limits, memory), Sha256.of(DOOR, body));
    }

    /** Everything that can be refused without money. */
    private MeteredCall prepare(Key key, ChatRequest request, Lease memory) {
        Model model = models.find(request.model());
        if (model == null || !key.mayUse(model.id())) {
            throw ModelsHandler.notFound(request.model()).asException();
        }
        ModelRules.check(model, request.conversation());
        return meter.prepare(new MeteredRequest(
                key.accountId(),
                key.id(),
                key.prefix(),
                DOOR,
                model,
                request.model(),
                ask(model, request.conversation(), replay(key, model, request), memory),
                tokensMax(model, request)));
    }

    /** Blocks where there may be something to replay. */
    private Replay replay(Key key, Model model, ChatRequest request) {
        if (!Signatures.mayHave(
                request.conversation().messages(), model.upstream().signatures())) {
            return Replay.NONE;
        }
        try {
            return signatures.find(
                    key.accountId(),
                    models.modelOn(model),
                    request.conversation().messages());
        } catch (StoreException e) {
            log.error("signatures could not be looked up", e);
            throw ApiError.of(
                            ErrorCode.INTERNAL_ERROR,
                            "The service cannot read its records right now. Please try again.")
                    .withStatus(503)
                    .retryAfter(STORE_WAIT)
                    .asException();
        }
    }

    private static ChatAsk ask(Model model, Conversation conversation, Replay replay, Lease memory) {
        GoogleOptions google = conversation.google();
        Boolean thoughts = conversation.includeThoughts();
        if (thoughts == null && google != null) {
            thoughts = google.includeThoughts();
        }
        Effort effort = conversation.reasoningEffort();
        if (effort == null && (google == null || !google.setsThinking())) {
            effort = model.effortByDefault();
        }
        return new ChatAsk(
                conversation,
                model.id(),
                model.upstream().asked().name(),
                thoughts == null ? model.thoughtsByDefault() : thoughts,
                effort,
                replay,
                new CallMedia(),
                memory);
    }

    /** The caller's maximum, cut to what the model can do (D21), else the model's own default (D12). */
    private static @Nullable Long tokensMax(Model model, ChatRequest request) {
        Long asked = request.maxTokens();
        return asked == null
                ? model.maxTokensByDefault()
                : Long.valueOf(Math.min(asked, model.upstream().outputTokensMax()));
    }

    /** {@code POST /v1/estimate}: what a chat request would cost, without making the call (D43). */
    public Handler estimate(FreeCounts counts) {
        return exchange -> {
            Key key = KeyCaller.modelKey(exchange);
            Lease memory = exchange.memory();
            exchange.read(
                    body -> read(body, memory),
                    read -> exchange.compute(
                            () -> {
                                counts.requireBalance(key.accountId());
                                return prepare(key, read.request(), memory);
                            },
                            call -> counts.countLoaded(
                                    call,
                                    (known, counted) -> exchange.json(
                                            200, EstimateJson.of(known.request(), Estimate.of(known, counted))),
                                    exchange::fail)));
        };
    }

    /** An estimate is for who has something to spend, and a large one is not even read for others. */
    public static BodyGate estimateGate(LargeBodies bodies) {
        return exchange -> {
            Key key = KeyCaller.modelKey(exchange);
            return () -> bodies.paid(key.accountId());
        };
    }

    private void start(Exchange exchange, MeteredCall call, Read read, @Nullable String name) {
        MeteredRequest metered = call.request();
        ChatRequest request = read.request();
        request.ignored().forEach(exchange::ignore);
        String maxTokensField = request.maxTokensField();
        if (maxTokensField != null && !Objects.equals(request.maxTokens(), metered.askedTokensMax())) {
            exchange.ignore(maxTokensField);
        }
        boolean streams = form.streams(request.stream(), metered.model().streamByDefault(), exchange::header);
        Running running = known.answer(
                new Asked(call, read.hash(), name),
                new ExchangeOutlet(exchange),
                outlet -> sink(outlet, metered, request, streams));
        exchange.onGone(running::gone);
    }

    private Sink sink(Outlet outlet, MeteredRequest metered, ChatRequest request, boolean streams) {
        Answer answer = new Answer(outlet, metered, request, clock.instant().getEpochSecond(), random);
        return streams ? new StreamAnswer(answer) : new JsonAnswer(answer, checks);
    }
}
