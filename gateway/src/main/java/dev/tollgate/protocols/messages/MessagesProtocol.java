package dev.tollgate.protocols.messages;

import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.Effort;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.ids.ProtocolName;
import dev.tollgate.base.json.MessageText;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.calls.metering.CurrentModels;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.calls.replay.Outlet;
import dev.tollgate.calls.schema.SchemaChecks;
import dev.tollgate.http.ErrorFormat;
import dev.tollgate.http.limits.Quotas;
import dev.tollgate.models.MessagesAlias;
import dev.tollgate.models.Model;
import dev.tollgate.models.Thinking;
import dev.tollgate.protocols.door.ConversationReading;
import dev.tollgate.protocols.door.ConversationRequest;
import dev.tollgate.protocols.door.Door;
import dev.tollgate.protocols.door.Envelope;
import dev.tollgate.protocols.door.ModelNames;
import dev.tollgate.protocols.door.ModelRules;
import dev.tollgate.protocols.door.Protocol;
import dev.tollgate.protocols.door.Reading;
import dev.tollgate.protocols.door.RoughCount;
import dev.tollgate.protocols.door.answers.StreamForm;
import dev.tollgate.protocols.door.answers.StreamedAnswer;
import dev.tollgate.protocols.door.answers.WholeAnswer;
import dev.tollgate.upstreams.pool.ChatAsk;
import dev.tollgate.upstreams.signatures.Signatures;
import java.time.Duration;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /v1/messages} and its count of tokens: reads and checks the request, and writes the response.
 *
 * @param random source of ids; thread-safe
 * @param silence after which a stream sends a ping
 * @param names the operator's models for other names
 * @param counts whether requests are only counted
 */
public record MessagesProtocol(
        CurrentModels models,
        Signatures signatures,
        SchemaChecks checks,
        ReadLimits limits,
        RandomGenerator random,
        Duration silence,
        ModelNames names,
        boolean counts)
        implements Protocol {

    private static final String DOOR = ProtocolName.MESSAGES.code();
    private static final String PING = "event: ping\ndata: {\"type\":\"ping\"}\n\n";
    private static final String NO_FUNCTIONS =
            "must be empty or hold a web search only; the model takes no functions. GET /v1/models lists the models.";

    @Override
    public String name() {
        return DOOR;
    }

    @Override
    public ErrorFormat errors() {
        return MessagesErrors.OF_ROUTE;
    }

    @Override
    public Reading<MessagesRequest> open(Envelope envelope) {
        return new Messages();
    }

    /** Returns what {@code POST /v1/messages/count_tokens} shows. */
    public static Door.Counted count() {
        return RoughCount.shown("{\"input_tokens\":");
    }

    private final class Messages extends ConversationReading<MessagesRequest> {

        Messages() {
            super(ProtocolName.MESSAGES, models, signatures);
        }

        @Override
        public StreamForm form() {
            return new StreamForm(StreamForm.EVENTS, silence, PING);
        }

        @Override
        protected MessagesRequest read(byte[] body, Lease memory) {
            MessagesRequest request = MessagesReader.read(body, limits, memory, counts);
            if (request.model().startsWith("claude-") && models.find(model(request)) == null) {
                throw unmapped(request.model()).asException();
            }
            return request;
        }

        @Override
        protected String model(MessagesRequest request) {
            String id = MessagesAlias.idOf(request.model(), known -> models.find(known) != null);
            String mapped = models.find(id) == null ? names.model(request.model()) : null;
            return mapped == null ? id : mapped;
        }

        @Override
        protected ConversationRequest request(MessagesRequest read) {
            return read;
        }

        @Override
        protected void check(MessagesRequest request, Model model) {
            ModelRules.check(model, request.conversation(model), NO_FUNCTIONS);
            ModelRules.refuseImages(model, "/v1/chat/completions");
            Message.Assistant prefill = counts ? null : request.prefill();
            if (prefill != null && !model.upstream().trailingAssistant()) {
                throw ApiError.invalid(prefill.place().path(), "This model does not support assistant message prefill.")
                        .asException();
            }
        }

        @Override
        protected ChatAsk ask(MessagesRequest read, Model model, String accountId, Lease memory) {
            ChatAsk ask = super.ask(read, model, accountId, memory);
            if (read.pause() != null) {
                read.pause().check(ask);
            }
            Long tokensMax = read.maxTokens();
            return tokensMax == null || !read.thinking().isUnwanted() || tokensMax >= ChatAsk.Room.SMALL_BELOW
                    ? ask
                    : ask.withRoom(new ChatAsk.Room(tokensMax, model.upstream().thoughtsRoom(tokensMax)));
        }

        @Override
        protected @Nullable Effort effort(MessagesRequest read, Conversation conversation, Model model) {
            return read.thinking().effort(model);
        }

        /** Thoughts are always asked for, since they keep connections alive (E15), except with a budget of 0, where Gemini refuses them. */
        @Override
        protected boolean asksForThoughts(Conversation conversation, @Nullable Effort effort, Model model) {
            return effort != Effort.NONE || model.upstream().thinking() instanceof Thinking.Level;
        }

        @Override
        protected void showRates(Quotas.Standing standing, BiConsumer<String, String> headers) {
            super.showRates(standing, headers);
            showAnthropicsRates(standing, models.now(), headers);
        }

        @Override
        protected Sink sink(MessagesRequest request, Outlet outlet, MeteredCall call) {
            Function<@Nullable String, MessagesRenderer> renderers =
                    id -> new MessagesRenderer(id, call, request, random);
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

    /** An agent that does not know which models exist (E47). */
    private static ApiError unmapped(String id) {
        return new ApiError(
                ErrorCode.MODEL_NOT_FOUND,
                404,
                "The model '" + MessageText.plain(id)
                        + "' is not offered here. Set ANTHROPIC_MODEL, ANTHROPIC_DEFAULT_OPUS_MODEL,"
                        + " ANTHROPIC_DEFAULT_SONNET_MODEL and ANTHROPIC_DEFAULT_HAIKU_MODEL to models of GET /v1/models,"
                        + " like anthropic/gemini-2.5-pro[1m].",
                "model",
                Map.of(),
                null);
    }
}
