package dev.tollgate.protocols.googleapi;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.ids.KeyOwner;
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
import dev.tollgate.protocols.door.Envelope;
import dev.tollgate.protocols.door.Protocol;
import dev.tollgate.protocols.door.Reading;
import dev.tollgate.protocols.door.SessionName;
import dev.tollgate.protocols.door.answers.StreamForm;
import dev.tollgate.protocols.door.answers.StreamedAnswer;
import dev.tollgate.protocols.door.answers.WholeAnswer;
import dev.tollgate.upstreams.signatures.Signatures;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code POST …/models/{model}:generateContent}, {@code :streamGenerateContent} and {@code :countTokens}.
 *
 * @param caches that requests may name (Y35)
 * @param continuations of answers in several hops
 * @param silence after which a stream has a heartbeat
 */
public record GenerateProtocol(
        Method method,
        CurrentModels models,
        Signatures signatures,
        SchemaChecks checks,
        ReadLimits limits,
        CachedContents caches,
        ContinuationTokens continuations,
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

    private final class Generate extends NativeReading<OpenNative> {

        private final String model;
        private final AnswerForm form;

        Generate(String model, AnswerForm form) {
            super(models, signatures, continuations);
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
        protected OpenNative read(byte[] body, Lease memory) {
            return method == Method.COUNT
                    ? NativeRequestReader.openCount(body, limits, memory)
                    : NativeRequestReader.open(body, limits, memory);
        }

        @Override
        protected NativeRequest request(OpenNative read) {
            return read.whole();
        }

        @Override
        protected String model(OpenNative read) {
            return model;
        }

        @Override
        protected boolean isWhole(OpenNative read) {
            return read.isWhole();
        }

        @Override
        protected long findKept(OpenNative read, String accountId, KeyOwner reads, Lease memory) {
            return read.find(caches, accountId, reads);
        }

        @Override
        protected long fileBytes(OpenNative read) {
            return read.cacheBytes();
        }

        @Override
        protected void load(OpenNative read, String accountId, Lease memory) {
            read.load(caches, memory);
        }

        @Override
        protected List<String> ignored(OpenNative read, Model model) {
            return super.ignored(read, model).stream().map(read::named).toList();
        }

        @Override
        protected String tokensMaxField(OpenNative read) {
            return read.named(super.tokensMaxField(read));
        }

        @Override
        protected ApiError named(OpenNative read, ApiError refusal) {
            return read.named(refusal);
        }

        @Override
        protected SessionName sessionName(OpenNative read, Envelope envelope) {
            return OpenNative.session(read.cacheId(), () -> super.sessionName(read, envelope));
        }

        @Override
        protected void check(OpenNative read, Model asked) {
            read.check(asked);
            if (method == Method.COUNT) {
                ConversationRules.checkToCount(read.whole().contents(), asked.upstream());
            } else {
                super.check(read, asked);
            }
        }

        @Override
        protected boolean asChunks() {
            return true;
        }

        @Override
        protected Sink sink(OpenNative read, Outlet outlet, MeteredCall call) {
            NativeRequest request = read.whole();
            boolean namesTier = OfferedTier.isOffered(call.model(), request.tier());
            Function<@Nullable String, GenerateRenderer> renderers =
                    id -> new GenerateRenderer(call, namesTier, form, request.speaksWav(form != AnswerForm.WHOLE));
            Sink sink = form == AnswerForm.WHOLE
                    ? new WholeAnswer(outlet, renderers, checks, call.accountId(), toCheck(request))
                    : new StreamedAnswer(outlet, renderers);
            return renamed(sink, read::named, read::named);
        }

        /** Returns the schema that the answer must fit; null if it is the rest of one, which fits only as a whole. */
        private static @Nullable ObjectNode toCheck(NativeRequest request) {
            return request.continuationToken() == null ? request.schema() : null;
        }
    }
}
