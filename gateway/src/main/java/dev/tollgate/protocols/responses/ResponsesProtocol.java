package dev.tollgate.protocols.responses;

import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.Effort;
import dev.tollgate.base.ids.CompletionIds;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.base.ids.ProtocolName;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.JsonPieces;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.calls.files.FileAddresses;
import dev.tollgate.calls.files.KeptImages;
import dev.tollgate.calls.kept.KeptInput;
import dev.tollgate.calls.kept.KeptResponses;
import dev.tollgate.calls.metering.CurrentModels;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.calls.replay.Outlet;
import dev.tollgate.calls.schema.SchemaChecks;
import dev.tollgate.http.ErrorFormat;
import dev.tollgate.jobs.Job;
import dev.tollgate.jobs.Jobs;
import dev.tollgate.models.Model;
import dev.tollgate.protocols.door.ConversationReading;
import dev.tollgate.protocols.door.ConversationRequest;
import dev.tollgate.protocols.door.Door;
import dev.tollgate.protocols.door.Envelope;
import dev.tollgate.protocols.door.FittedImages;
import dev.tollgate.protocols.door.ModelRules;
import dev.tollgate.protocols.door.Protocol;
import dev.tollgate.protocols.door.Reading;
import dev.tollgate.protocols.door.RoughCount;
import dev.tollgate.protocols.door.answers.StreamForm;
import dev.tollgate.protocols.door.answers.StreamedAnswer;
import dev.tollgate.protocols.door.answers.WholeAnswer;
import dev.tollgate.storage.secrets.SecretBox;
import dev.tollgate.upstreams.pool.ChatAsk;
import dev.tollgate.upstreams.signatures.Signatures;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** {@code POST /v1/responses}: reads and checks the request, and writes the response. */
public final class ResponsesProtocol implements Protocol {

    private static final String DOOR = ProtocolName.RESPONSES.code();

    private final CurrentModels models;
    private final Signatures signatures;
    private final KeptResponses kept;
    private final Jobs jobs;
    private final FileAddresses addresses;
    private final Summaries summaries;
    private final SchemaChecks checks;
    private final ReadLimits limits;
    private final StreamForm form;
    private final InstantSource clock;
    private final RandomGenerator random;

    /**
     * @param jobs responses that are made in the background
     * @param addresses keeps images with responses
     * @param secrets seals summaries (E73)
     * @param silence after how much of it a stream has a heartbeat (E21)
     * @param random source of ids; thread-safe
     */
    public ResponsesProtocol(
            CurrentModels models,
            Signatures signatures,
            KeptResponses kept,
            Jobs jobs,
            FileAddresses addresses,
            SecretBox secrets,
            SchemaChecks checks,
            ReadLimits limits,
            Duration silence,
            InstantSource clock,
            RandomGenerator random) {
        this.models = models;
        this.signatures = signatures;
        this.kept = kept;
        this.jobs = jobs;
        this.addresses = addresses;
        this.summaries = new Summaries(secrets);
        this.checks = checks;
        this.limits = limits;
        this.form = new StreamForm(StreamForm.EVENTS, silence, StreamForm.COMMENT);
        this.clock = clock;
        this.random = random;
    }

    @Override
    public String name() {
        return DOOR;
    }

    @Override
    public Background background() {
        return new Background(Job.Kind.RESPONSE, "/v1/responses");
    }

    @Override
    public ErrorFormat errors() {
        return ResponsesErrors.OF_ROUTE;
    }

    @Override
    public Reading<OpenRequest> open(Envelope envelope) {
        return new Responses(false);
    }

    /** Returns {@code POST /v1/responses/compact}: requests for summaries, whose response has an object of its own (E73). */
    public Protocol compacting() {
        return new Protocol() {
            @Override
            public String name() {
                return DOOR;
            }

            @Override
            public ErrorFormat errors() {
                return ResponsesErrors.OF_ROUTE;
            }

            @Override
            public Reading<OpenRequest> open(Envelope envelope) {
                return new Responses(true);
            }
        };
    }

    /** Returns what {@code POST /v1/responses/input_tokens} shows (E27). */
    public static Door.Counted count() {
        return RoughCount.shown("{\"object\":\"response.input_tokens\",\"input_tokens\":");
    }

    private final class Responses extends ConversationReading<OpenRequest> {

        private final boolean compacts;
        private boolean keepsImages;
        private boolean lacksRoom;

        Responses(boolean compacts) {
            super(ProtocolName.RESPONSES, models, signatures);
            this.compacts = compacts;
        }

        @Override
        public String label() {
            return compacts ? super.label() + "/compact" : super.label();
        }

        @Override
        public StreamForm form() {
            return form;
        }

        @Override
        protected OpenRequest read(byte[] body, Lease memory) {
            return modelFirst(body, () -> ResponsesReader.read(body, limits, memory, kept.isOn(), compacts));
        }

        @Override
        protected String model(OpenRequest request) {
            return request.model();
        }

        @Override
        protected ConversationRequest request(OpenRequest read) {
            return read.whole();
        }

        @Override
        protected boolean isHeavy(OpenRequest read) {
            return !read.isWhole() || super.isHeavy(read);
        }

        @Override
        protected boolean looksUp(OpenRequest read, Model model) {
            return !read.isWhole() || model.makesImages() || super.looksUp(read, model);
        }

        @Override
        protected boolean opensKept(OpenRequest request) {
            return !request.isWhole();
        }

        @Override
        protected long findKept(OpenRequest request, String accountId, KeyOwner reads, Lease memory) {
            return request.find(new KeptItems(kept, jobs, accountId, reads, limits, memory));
        }

        @Override
        protected void load(OpenRequest request, String accountId, Lease memory) {
            request.complete(summaries, accountId, memory);
        }

        @Override
        protected FittedImages.@Nullable Size imageSize(OpenRequest read) {
            ImageTool tool = read.whole().imageTool();
            return tool == null ? null : tool.size();
        }

        @Override
        protected void check(OpenRequest read, Model model) {
            ModelRules.check(
                    model,
                    read.whole().conversation(model),
                    "must hold no functions; GET /v1/models lists models that take them.");
            ImageTool tool = read.whole().imageTool();
            if (tool != null) {
                tool.check(model, read.whole().demandsImages(), models.makingImages());
            }
            read.whole().checkDemand(model);
            images(read, model).check();
        }

        /** Returns the least effort of all for a summary. */
        @Override
        protected @Nullable Effort effort(OpenRequest read, Conversation conversation, Model model) {
            return read.whole().compacts()
                    ? model.upstream().thinking().least()
                    : super.effort(read, conversation, model);
        }

        @Override
        protected @Nullable Long tokensMax(OpenRequest read) {
            Long asked = super.tokensMax(read);
            return read.whole().compacts() ? Long.valueOf(Compaction.tokensMax(asked)) : asked;
        }

        @Override
        protected ChatAsk ask(OpenRequest read, Model model, String accountId, Lease memory) {
            KeptInput keeping = read.whole().keeping();
            if (keeping != null && keeping.isBrief() && model.makesImages()) {
                throw JsonBody.invalid("store", "must be true with 'background' and a model that makes images.");
            }
            keepsImages =
                    model.makesImages() && keeping != null && addresses.kept().hasRoom(accountId, model.imagesMax());
            lacksRoom = model.makesImages() && !keepsImages;
            ChatAsk ask = super.ask(read, model, accountId, memory);
            return read.whole().compacts() ? ask.compacting() : ask;
        }

        @Override
        protected boolean inBackground(OpenRequest read) {
            return read.inBackground();
        }

        /** Returns whether the images that the model may make cannot all be kept. */
        @Override
        protected boolean lacksRoom(OpenRequest read) {
            return lacksRoom;
        }

        @Override
        protected byte[] queued(OpenRequest read, String id) {
            ResponsesRequest request = read.whole();
            String chars = KeptIds.chars(id);
            Output none = new Output(new EventWriter(false), chars, request, null, random);
            ResponseObject object =
                    new ResponseObject(KeptIds.RESPONSE + chars, created(request, id, 0), request, none);
            object.queue();
            JsonPieces pieces = new JsonPieces();
            object.write(request.isStored(), true, pieces);
            return pieces.toByteArray();
        }

        /** A response in the background has the time at which its caller got its id. */
        private static long created(ResponsesRequest request, @Nullable String id, long now) {
            return request.background() && id != null
                    ? CompletionIds.created(id).getEpochSecond()
                    : now;
        }

        @Override
        protected Sink sink(OpenRequest open, Outlet outlet, MeteredCall call) {
            ResponsesRequest request = open.whole();
            long created = clock.instant().getEpochSecond();
            KeptImages.OfCall keeping = keepsImages ? addresses.kept().of(call.accountId(), call.owner()) : null;
            if (keeping != null && request.background()) {
                keeping = keeping.demanded();
            }
            KeptImages.OfCall images = keeping;
            Function<@Nullable String, ResponsesRenderer> renderers = id -> new ResponsesRenderer(
                    id, call, request, kept, images, summaries, clock, created(request, id, created), random);
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
