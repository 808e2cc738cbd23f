package dev.tollgate.protocols.completions;

import dev.tollgate.base.ids.ProtocolName;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.calls.metering.CurrentModels;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.calls.replay.Outlet;
import dev.tollgate.calls.schema.SchemaChecks;
import dev.tollgate.http.ErrorFormat;
import dev.tollgate.models.Model;
import dev.tollgate.protocols.door.ConversationReading;
import dev.tollgate.protocols.door.ConversationRequest;
import dev.tollgate.protocols.door.Envelope;
import dev.tollgate.protocols.door.ModelRules;
import dev.tollgate.protocols.door.Protocol;
import dev.tollgate.protocols.door.Reading;
import dev.tollgate.protocols.door.answers.StreamForm;
import dev.tollgate.protocols.door.answers.StreamedAnswer;
import dev.tollgate.protocols.door.answers.WholeAnswer;
import dev.tollgate.protocols.openai.ChatErrors;
import dev.tollgate.protocols.openai.ChatRequest;
import dev.tollgate.upstreams.signatures.Signatures;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /v1/completions}: reads and checks the request, and writes the response.
 *
 * @param silence after which a stream sends a comment (D35)
 */
public record CompletionsProtocol(
        CurrentModels models,
        Signatures signatures,
        SchemaChecks checks,
        ReadLimits limits,
        Duration silence,
        InstantSource clock)
        implements Protocol {

    @Override
    public String name() {
        return ProtocolName.COMPLETIONS.code();
    }

    @Override
    public ErrorFormat errors() {
        return ChatErrors.OF_ROUTE;
    }

    @Override
    public Reading<ChatRequest> open(Envelope envelope) {
        return new Completions();
    }

    private final class Completions extends ConversationReading<ChatRequest> {

        Completions() {
            super(ProtocolName.COMPLETIONS, models, signatures);
        }

        @Override
        public StreamForm form() {
            return new StreamForm(StreamForm.EVENTS, silence, StreamForm.COMMENT);
        }

        @Override
        protected ChatRequest read(byte[] body, Lease memory) {
            return PromptReader.read(body, limits, memory);
        }

        @Override
        protected ConversationRequest request(ChatRequest read) {
            return read;
        }

        @Override
        protected void check(ChatRequest request, Model model) {
            ModelRules.check(model, request.conversation(), "");
            ModelRules.refuseImages(model, "/v1/chat/completions");
        }

        /** Returns chat's default: OpenAI's 16 tokens would be used up by the thoughts (E71). */
        @Override
        protected @Nullable Long tokensMaxByDefault(Model model) {
            return model.maxTokensByDefault();
        }

        @Override
        protected Sink sink(ChatRequest request, Outlet outlet, MeteredCall call) {
            long created = clock.instant().getEpochSecond();
            Function<@Nullable String, TextRenderer> renderers = id -> new TextRenderer(id, call, request, created);
            return Boolean.TRUE.equals(request.stream())
                    ? new StreamedAnswer(outlet, renderers)
                    : new WholeAnswer(outlet, renderers, checks, call.accountId(), null);
        }
    }
}
