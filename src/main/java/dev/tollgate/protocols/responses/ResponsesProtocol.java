package dev.tollgate.protocols.responses;

import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.Effort;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.calls.kept.KeptResponses;
import dev.tollgate.calls.metering.CurrentModels;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.calls.replay.Outlet;
import dev.tollgate.calls.schema.SchemaChecks;
import dev.tollgate.http.ErrorFormat;
import dev.tollgate.models.Model;
import dev.tollgate.models.OfferedTier;
import dev.tollgate.protocols.door.Envelope;
import dev.tollgate.protocols.door.ModelRules;
import dev.tollgate.protocols.door.Protocol;
import dev.tollgate.protocols.door.ProtocolName;
import dev.tollgate.protocols.door.Reading;
import dev.tollgate.protocols.door.StreamForm;
import dev.tollgate.protocols.door.StreamedAnswer;
import dev.tollgate.protocols.door.WholeAnswer;
import dev.tollgate.upstreams.media.CallMedia;
import dev.tollgate.upstreams.pool.Ask;
import dev.tollgate.upstreams.pool.ChatAsk;
import dev.tollgate.upstreams.pool.Replay;
import dev.tollgate.upstreams.signatures.Signatures;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** {@code POST /v1/responses}: reads and checks the request, and writes the response. */
public final class ResponsesProtocol implements Protocol {

    private static final String DOOR = ProtocolName.RESPONSES.code();
    private static final String KEEPALIVE = "event: keepalive\ndata: {\"type\":\"keepalive\"}\n\n";
    private static final ErrorFormat ERRORS = new ResponsesErrors();

    private final CurrentModels models;
    private final Signatures signatures;
    private final KeptResponses kept;
    private final SchemaChecks checks;
    private final ReadLimits limits;
    private final StreamForm form;
    private final InstantSource clock;
    private final RandomGenerator random;

    /**
     * @param silence after how much of it a stream has an event that says nothing (E21)
     * @param random source of ids; thread-safe
     */
    public ResponsesProtocol(
            CurrentModels models,
            Signatures signatures,
            KeptResponses kept,
            SchemaChecks checks,
            ReadLimits limits,
            Duration silence,
            InstantSource clock,
            RandomGenerator random) {
        this.models = models;
        this.signatures = signatures;
        this.kept = kept;
        this.checks = checks;
        this.limits = limits;
        this.form = new StreamForm(StreamForm.EVENTS, silence, KEEPALIVE);
        this.clock = clock;
        this.random = random;
    }

    @Override
    public String name() {
        return DOOR;
    }

    @Override
    public ErrorFormat errors() {
        return ERRORS;
    }

    @Override
    public Reading<OpenRequest> open(Envelope envelope) {
        return new Responses();
    }

    private final class Responses extends Reading<OpenRequest> {

        @Override
        public String label() {
            return DOOR;
        }

        @Override
        public StreamForm form() {
            return form;
        }

        @Override
        protected OpenRequest read(byte[] body, Lease memory) {
            return ResponsesReader.read(body, limits, memory, kept.isOn());
        }

        @Override
        protected String model(OpenRequest request) {
            return request.model();
        }

        @Override
        protected List<String> ignored(OpenRequest open, Model model) {
            ResponsesRequest request = open.whole();
            List<String> ignored = OfferedTier.ignored(request.ignored(), "service_tier", model, request.tier());
            if (request.search() == null || conversation(request, model).webSearch()) {
                return ignored;
            }
            List<String> all = new ArrayList<>(ignored);
            all.add(request.search());
            return all;
        }

        @Override
        protected @Nullable Long tokensMax(OpenRequest request) {
            return request.whole().maxTokens();
        }

        @Override
        protected @Nullable String tokensMaxField(OpenRequest request) {
            return request.whole().maxTokens() == null ? null : "max_output_tokens";
        }

        @Override
        protected boolean isHeavy(OpenRequest request) {
            return !request.isWhole() || request.whole().conversation().hasMedia();
        }

        @Override
        protected boolean looksUp(OpenRequest request, Model model) {
            return !request.isWhole()
                    || Signatures.mayHave(
                            request.whole().conversation().messages(),
                            model.upstream().signatures());
        }

        @Override
        protected boolean opensKept(OpenRequest request) {
            return !request.isWhole();
        }

        @Override
        protected long findKept(OpenRequest request, String accountId, Lease memory) {
            return request.find(new KeptItems(kept, accountId, limits, kept.chainBytes(), memory));
        }

        @Override
        protected void load(OpenRequest request, String accountId, Lease memory) {
            request.complete();
        }

        @Override
        protected void check(OpenRequest request, Model model) {
            Conversation conversation = conversation(request.whole(), model);
            ModelRules.check(
                    model, conversation, "must hold no functions; GET /v1/models lists models that take them.");
        }

        /** Agents send no maximum: the model's own default of a few tokens does not hold here (E3). */
        @Override
        protected @Nullable Long tokensMaxByDefault(Model model) {
            return null;
        }

        @Override
        protected Ask ask(OpenRequest open, Model model, String accountId, Lease memory) {
            ResponsesRequest request = open.whole();
            Conversation conversation = conversation(request, model);
            Effort effort =
                    conversation.reasoningEffort() == null ? model.effortByDefault() : conversation.reasoningEffort();
            return new ChatAsk(
                    conversation,
                    model.id(),
                    model.upstream().asked().name(),
                    effort != Effort.NONE,
                    effort,
                    OfferedTier.of(model, request.tier()),
                    replay(request, model, accountId),
                    new CallMedia(),
                    memory);
        }

        /** Returns the conversation without a search that the model cannot do beside functions: refusing it would lock agents out (E7). */
        private static Conversation conversation(ResponsesRequest request, Model model) {
            Conversation asked = request.conversation();
            Model.Tools tools = model.tools();
            boolean goes = asked.tools().isEmpty() || (tools.search() && tools.functionsWithSearch());
            return !asked.webSearch() || goes ? asked : asked.withoutWebSearch();
        }

        private Replay replay(ResponsesRequest request, Model model, String accountId) {
            return Signatures.mayHave(
                            request.conversation().messages(), model.upstream().signatures())
                    ? signatures.find(
                            accountId,
                            models.modelOn(model),
                            request.conversation().messages())
                    : Replay.NONE;
        }

        @Override
        protected Sink sink(OpenRequest open, Outlet outlet, MeteredCall call) {
            ResponsesRequest request = open.whole();
            long created = clock.instant().getEpochSecond();
            Function<@Nullable String, ResponsesRenderer> renderers =
                    id -> new ResponsesRenderer(id, call, request, kept, clock, created, random);
            return request.stream()
                    ? new StreamedAnswer(outlet, renderers)
                    : new WholeAnswer(
                            outlet,
                            renderers,
                            checks,
                            call.accountId(),
                            request.conversation().responseFormat().objectSchema());
        }
    }
}
