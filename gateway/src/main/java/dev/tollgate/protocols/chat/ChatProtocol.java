package dev.tollgate.protocols.chat;

import dev.tollgate.base.config.Settings;
import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.Effort;
import dev.tollgate.base.conversation.GoogleOptions;
import dev.tollgate.base.ids.ProtocolName;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.calls.files.FileAddresses;
import dev.tollgate.calls.metering.CurrentModels;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.calls.metering.PriceEstimate;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.calls.replay.Outlet;
import dev.tollgate.calls.schema.SchemaChecks;
import dev.tollgate.http.ErrorFormat;
import dev.tollgate.models.Model;
import dev.tollgate.protocols.door.ConversationReading;
import dev.tollgate.protocols.door.ConversationRequest;
import dev.tollgate.protocols.door.Door;
import dev.tollgate.protocols.door.Envelope;
import dev.tollgate.protocols.door.ModelRules;
import dev.tollgate.protocols.door.Protocol;
import dev.tollgate.protocols.door.Reading;
import dev.tollgate.protocols.door.answers.StreamForm;
import dev.tollgate.protocols.door.answers.StreamedAnswer;
import dev.tollgate.protocols.door.answers.WholeAnswer;
import dev.tollgate.protocols.openai.ChatErrors;
import dev.tollgate.protocols.openai.ChatRequest;
import dev.tollgate.protocols.openai.ChatRequestReader;
import dev.tollgate.upstreams.signatures.Signatures;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code POST /v1/chat/completions}: reads and checks the request, and writes the response.
 *
 * @param jsonClients clients that expect JSON if the request has no {@code stream} (D1)
 * @param silence after which a stream has a heartbeat
 * @param random source of tool call ids; thread-safe
 * @param addresses of images that are not to come inline
 * @param tellsCost whether streams report their cost while they run, which only Tollgate's pages understand
 */
public record ChatProtocol(
        CurrentModels models,
        Signatures signatures,
        SchemaChecks checks,
        ReadLimits limits,
        Settings.JsonClients jsonClients,
        Duration silence,
        InstantSource clock,
        RandomGenerator random,
        FileAddresses addresses,
        boolean tellsCost)
        implements Protocol {

    private static final String DOOR = ProtocolName.CHAT.code();
    private static final String ONLY_SEARCH = "may only hold the search tool, "
            + "{\"type\":\"function\",\"function\":{\"name\":\"googleSearch\"}}; it takes no functions.";

    @Override
    public String name() {
        return DOOR;
    }

    @Override
    public ErrorFormat errors() {
        return ChatErrors.OF_ROUTE;
    }

    @Override
    public Reading<ChatRequest> open(Envelope envelope) {
        return new Chat(envelope);
    }

    /** {@code POST /v1/estimate}: what a chat request would cost, without making the call (D43). */
    public static Door.Counted estimate() {
        return (exchange, call, counted) -> exchange.json(200, estimateJson(call, PriceEstimate.of(call, counted)));
    }

    private final class Chat extends ConversationReading<ChatRequest> {

        private final Envelope envelope;

        Chat(Envelope envelope) {
            super(ProtocolName.CHAT, models, signatures);
            this.envelope = envelope;
        }

        @Override
        protected FileAddresses addresses() {
            return addresses;
        }

        @Override
        public StreamForm form() {
            return new StreamForm(StreamForm.EVENTS, silence, StreamForm.COMMENT);
        }

        @Override
        protected ChatRequest read(byte[] body, Lease memory) {
            return modelFirst(body, () -> ChatRequestReader.read(body, limits, memory));
        }

        @Override
        protected ConversationRequest request(ChatRequest read) {
            return read;
        }

        @Override
        protected void check(ChatRequest request, Model model) {
            ModelRules.check(model, request.conversation(), ONLY_SEARCH);
            images(request, model).check();
        }

        @Override
        protected @Nullable Long tokensMaxByDefault(Model model) {
            return model.maxTokensByDefault();
        }

        @Override
        protected @Nullable Effort effort(ChatRequest read, Conversation conversation, Model model) {
            GoogleOptions google = conversation.google();
            Effort effort = conversation.reasoningEffort();
            return effort == null && (google == null || !google.setsThinking()) ? model.effortByDefault() : effort;
        }

        @Override
        protected boolean asksForThoughts(Conversation conversation, @Nullable Effort effort, Model model) {
            GoogleOptions google = conversation.google();
            Boolean thoughts = conversation.includeThoughts();
            if (thoughts == null && google != null) {
                thoughts = google.includeThoughts();
            }
            return thoughts == null ? model.thoughtsByDefault() : thoughts;
        }

        @Override
        protected Sink sink(ChatRequest request, Outlet outlet, MeteredCall call) {
            boolean streams = new StreamRule(jsonClients)
                    .streams(request.stream(), call.model().streamByDefault(), envelope::header);
            long created = clock.instant().getEpochSecond();
            FileAddresses.OfCall its = addresses(request, envelope, call);
            Function<@Nullable String, ChatRenderer> renderers =
                    id -> new ChatRenderer(id, call, request, created, random, its, !streams);
            if (!streams) {
                ObjectNode schema = request.conversation().responseFormat().objectSchema();
                return new WholeAnswer(outlet, renderers, checks, call.accountId(), schema);
            }
            StreamedAnswer chunks = new StreamedAnswer(outlet, renderers);
            return tellsCost ? new CostStream(chunks, outlet, System::nanoTime) : chunks;
        }
    }

    /** Returns an estimate on the wire (D43). */
    private static byte[] estimateJson(MeteredCall request, PriceEstimate estimate) {
        return ApiJson.object(256, json -> {
            json.writeNumberProperty("code", 200);
            json.writeStringProperty("msg", "success");
            json.writeObjectPropertyStart("data");
            json.writeStringProperty("model", request.requestedModel());
            ApiJson.credits(json, "min_credits", estimate.leastMicros());
            ApiJson.credits(json, "max_credits", estimate.mostMicros());
            if (estimate.messagesMostMicros() != estimate.mostMicros()) {
                ApiJson.credits(json, "messages_max_credits", estimate.messagesMostMicros());
            }
            json.writeNumberProperty("prompt_tokens_max", estimate.promptTokensMax());
            json.writeNumberProperty("max_tokens", estimate.tokensMax());
            json.writeEndObject();
        });
    }
}
