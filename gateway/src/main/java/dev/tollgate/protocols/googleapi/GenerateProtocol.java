package dev.tollgate.protocols.googleapi;

import dev.tollgate.base.conversation.PromptParts;
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
import dev.tollgate.models.OfferedTier;
import dev.tollgate.protocols.door.CallerNames;
import dev.tollgate.protocols.door.Envelope;
import dev.tollgate.protocols.door.ImageRequests;
import dev.tollgate.protocols.door.PromptStart;
import dev.tollgate.protocols.door.Protocol;
import dev.tollgate.protocols.door.Reading;
import dev.tollgate.protocols.door.SessionName;
import dev.tollgate.protocols.door.StreamForm;
import dev.tollgate.protocols.door.StreamedAnswer;
import dev.tollgate.protocols.door.WholeAnswer;
import dev.tollgate.upstreams.media.CallMedia;
import dev.tollgate.upstreams.pool.Ask;
import dev.tollgate.upstreams.pool.NativeAsk;
import dev.tollgate.upstreams.pool.SignatureOrigins;
import dev.tollgate.upstreams.signatures.Signatures;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST …/models/{model}:generateContent}, {@code :streamGenerateContent} and {@code :countTokens}.
 *
 * @param silence after which a stream has a heartbeat
 */
public record GenerateProtocol(
        Method method,
        CurrentModels models,
        Signatures signatures,
        SchemaChecks checks,
        ReadLimits limits,
        Duration silence)
        implements Protocol {

    private static final String DOOR = ProtocolName.GENERATE.code();

    /** What is behind the colon of a path. */
    public enum Method {
        GENERATE,
        STREAM,
        /** Counting. The conversation may be unfinished. */
        COUNT
    }

    @Override
    public String name() {
        return DOOR;
    }

    @Override
    public ErrorFormat errors() {
        return method == Method.STREAM ? GenerateErrors.STREAM : GenerateErrors.OBJECT;
    }

    /** The model and the form stand outside of the body. */
    @Override
    public Reading<?> open(Envelope envelope) {
        AnswerForm form = method == Method.STREAM ? AnswerForm.ofStream(envelope.query("alt")) : AnswerForm.WHOLE;
        return new Generate(envelope.pathParam("model"), form);
    }

    private final class Generate extends Reading<NativeRequest> {

        private final String model;
        private final AnswerForm form;

        Generate(String model, AnswerForm form) {
            this.model = model;
            this.form = form;
        }

        @Override
        public String label() {
            return DOOR + "\n" + form + "\n" + model;
        }

        @Override
        public String model() {
            return model;
        }

        @Override
        public StreamForm form() {
            return form.streamForm(silence);
        }

        @Override
        protected NativeRequest read(byte[] body, Lease memory) {
            return method == Method.COUNT
                    ? NativeRequestReader.readCount(body, limits, memory)
                    : NativeRequestReader.read(body, limits, memory);
        }

        @Override
        protected String model(NativeRequest request) {
            return model;
        }

        @Override
        protected List<String> ignored(NativeRequest request, Model model) {
            return images(request, model)
                    .ignored(OfferedTier.ignored(request.ignored(), NativeRequestReader.TIER, model, request.tier()));
        }

        private ImageRequests images(NativeRequest request, Model model) {
            return new ImageRequests(request.images(), model, () -> models.makingImages());
        }

        @Override
        protected @Nullable Long tokensMax(NativeRequest request) {
            return request.tokensMax();
        }

        @Override
        protected String tokensMaxField(NativeRequest request) {
            return "generationConfig.maxOutputTokens";
        }

        @Override
        protected CallerNames callerNames(NativeRequest request) {
            return request.labels();
        }

        @Override
        protected SessionName sessionName(NativeRequest request, Envelope envelope) {
            return SessionName.of(envelope, null, new PromptStart(request::walkStart));
        }

        @Override
        protected PromptParts parts(NativeRequest request) {
            return PromptSizes.parts(request);
        }

        @Override
        protected boolean isHeavy(NativeRequest request) {
            return request.hasMedia();
        }

        @Override
        protected boolean looksUp(NativeRequest request, Model asked) {
            return !request.signatures().isEmpty();
        }

        @Override
        protected void check(NativeRequest request, Model asked) {
            if (method == Method.COUNT) {
                ConversationRules.checkToCount(request.contents(), asked.upstream());
            } else {
                ConversationRules.check(request.contents(), asked.upstream());
                GenerateModelRules.check(asked, request);
                images(request, asked).check();
            }
        }

        /** The defaults of the other door do not hold here (D51). Images need one (Y5). */
        @Override
        protected @Nullable Long tokensMaxByDefault(Model asked) {
            return asked.makesImages() ? asked.maxTokensByDefault() : null;
        }

        @Override
        protected Ask ask(NativeRequest request, Model asked, String accountId, Lease memory) {
            return new NativeAsk(
                    request.body(),
                    asked.id(),
                    asked.upstream().asked().name(),
                    request.candidates(),
                    request.searches(),
                    PromptSizes.of(request),
                    OfferedTier.of(asked, request.tier()),
                    origins(request, asked, accountId),
                    new CallMedia(),
                    memory,
                    images(request, asked).asked());
        }

        private SignatureOrigins origins(NativeRequest request, Model asked, String accountId) {
            List<String> sentBack = request.signatures();
            return sentBack.isEmpty()
                    ? SignatureOrigins.NONE
                    : signatures.origins(accountId, models.modelOn(asked), sentBack);
        }

        @Override
        protected Sink sink(NativeRequest request, Outlet outlet, MeteredCall call) {
            boolean namesTier = OfferedTier.isOffered(call.model(), request.tier());
            Function<@Nullable String, GenerateRenderer> renderers = id -> new GenerateRenderer(call, namesTier, form);
            return form == AnswerForm.WHOLE
                    ? new WholeAnswer(outlet, renderers, checks, call.accountId(), request.schema())
                    : new StreamedAnswer(outlet, renderers);
        }
    }
}
