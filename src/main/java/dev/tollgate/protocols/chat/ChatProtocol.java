package dev.tollgate.protocols.chat;

import dev.tollgate.base.config.Settings;
import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.Effort;
import dev.tollgate.base.conversation.GoogleOptions;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.calls.metering.CurrentModels;
import dev.tollgate.calls.metering.Estimate;
import dev.tollgate.calls.metering.MeteredRequest;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.calls.replay.Outlet;
import dev.tollgate.calls.schema.SchemaChecks;
import dev.tollgate.models.Model;
import dev.tollgate.protocols.door.Door;
import dev.tollgate.protocols.door.Envelope;
import dev.tollgate.protocols.door.Protocol;
import dev.tollgate.protocols.door.Question;
import dev.tollgate.protocols.door.StreamForm;
import dev.tollgate.protocols.openai.ChatRequest;
import dev.tollgate.protocols.openai.ChatRequestReader;
import dev.tollgate.upstreams.media.CallMedia;
import dev.tollgate.upstreams.pool.Ask;
import dev.tollgate.upstreams.pool.ChatAsk;
import dev.tollgate.upstreams.pool.Replay;
import dev.tollgate.upstreams.signatures.Signatures;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** {@code POST /v1/chat/completions}: reads and checks the request, says what is asked, shows the answer. */
public final class ChatProtocol implements Protocol {

    private static final String DOOR = "chat";
    private static final StreamForm EVENTS = new StreamForm(StreamForm.EVENTS, Duration.ofSeconds(15));

    private final CurrentModels models;
    private final Signatures signatures;
    private final SchemaChecks checks;
    private final ReadLimits limits;
    private final StreamRule form;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final boolean tellsCost;

    /**
     * @param jsonClients clients that expect JSON where they do not say (D1)
     * @param random for the ids of tool calls; thread-safe
     * @param tellsCost whether its streams tell what they have come to meanwhile, as only pages of ours understand
     */
    public ChatProtocol(
            CurrentModels models,
            Signatures signatures,
            SchemaChecks checks,
            ReadLimits limits,
            Settings.JsonClients jsonClients,
            InstantSource clock,
            RandomGenerator random,
            boolean tellsCost) {
        this.models = models;
        this.signatures = signatures;
        this.checks = checks;
        this.limits = limits;
        this.form = new StreamRule(jsonClients);
        this.clock = clock;
        this.random = random;
        this.tellsCost = tellsCost;
    }

    @Override
    public String name() {
        return DOOR;
    }

    @Override
    public Opening open(Envelope envelope) {
        return new Opening() {
            @Override
            public String label() {
                return DOOR;
            }

            @Override
            public StreamForm form() {
                return EVENTS;
            }

            @Override
            public Question read(byte[] body, Lease memory) {
                return new Read(ChatRequestReader.read(body, limits, memory), envelope);
            }
        };
    }

    /** {@code POST /v1/estimate}: what a chat request would cost, without making the call (D43). */
    public static Door.Counted estimate() {
        return (exchange, call, counted) ->
                exchange.json(200, EstimateJson.of(call.request(), Estimate.of(call, counted)));
    }

    private final class Read implements Question {

        private final ChatRequest request;
        private final Envelope envelope;

        Read(ChatRequest request, Envelope envelope) {
            this.request = request;
            this.envelope = envelope;
        }

        private Conversation conversation() {
            return request.conversation();
        }

        @Override
        public String model() {
            return request.model();
        }

        @Override
        public List<String> ignored() {
            return request.ignored();
        }

        @Override
        public @Nullable Long tokensMax() {
            return request.maxTokens();
        }

        @Override
        public @Nullable String tokensMaxField() {
            return request.maxTokensField();
        }

        @Override
        public boolean isHeavy() {
            return conversation().hasMedia();
        }

        @Override
        public boolean looksUp(Model model) {
            return Signatures.mayHave(
                    conversation().messages(), model.upstream().signatures());
        }

        @Override
        public void check(Model model) {
            ChatModelRules.check(model, conversation());
        }

        @Override
        public @Nullable Long tokensMaxByDefault(Model model) {
            return model.maxTokensByDefault();
        }

        @Override
        public Ask ask(Model model, String accountId, Lease memory) {
            GoogleOptions google = conversation().google();
            Boolean thoughts = conversation().includeThoughts();
            if (thoughts == null && google != null) {
                thoughts = google.includeThoughts();
            }
            Effort effort = conversation().reasoningEffort();
            if (effort == null && (google == null || !google.setsThinking())) {
                effort = model.effortByDefault();
            }
            return new ChatAsk(
                    conversation(),
                    model.id(),
                    model.upstream().asked().name(),
                    thoughts == null ? model.thoughtsByDefault() : thoughts,
                    effort,
                    replay(model, accountId),
                    new CallMedia(),
                    memory);
        }

        private Replay replay(Model model, String accountId) {
            return looksUp(model)
                    ? signatures.find(
                            accountId, models.modelOn(model), conversation().messages())
                    : Replay.NONE;
        }

        @Override
        public Sink sink(Outlet outlet, MeteredRequest metered) {
            boolean streams = form.streams(request.stream(), metered.model().streamByDefault(), envelope::header);
            ChatAnswer answer =
                    new ChatAnswer(outlet, metered, request, clock.instant().getEpochSecond(), random);
            if (!streams) {
                return new JsonAnswer(answer, checks);
            }
            ChunkStream chunks = new ChunkStream(answer);
            return tellsCost ? new CostStream(chunks, outlet, System::nanoTime) : chunks;
        }
    }
}
