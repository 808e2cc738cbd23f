package dev.tollgate.protocols.audio;

import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.Effort;
import dev.tollgate.base.ids.ProtocolName;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.MessageText;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.calls.metering.CurrentModels;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.calls.replay.Outlet;
import dev.tollgate.calls.replay.Sha256;
import dev.tollgate.calls.schema.SchemaChecks;
import dev.tollgate.http.ErrorFormat;
import dev.tollgate.models.Model;
import dev.tollgate.protocols.door.ConversationReading;
import dev.tollgate.protocols.door.ConversationRequest;
import dev.tollgate.protocols.door.Envelope;
import dev.tollgate.protocols.door.ModelRules;
import dev.tollgate.protocols.door.Protocol;
import dev.tollgate.protocols.door.Reading;
import dev.tollgate.protocols.door.answers.Renderer;
import dev.tollgate.protocols.door.answers.StreamForm;
import dev.tollgate.protocols.door.answers.StreamedAnswer;
import dev.tollgate.protocols.door.answers.WholeAnswer;
import dev.tollgate.protocols.openai.ChatErrors;
import dev.tollgate.protocols.openai.FormBody;
import dev.tollgate.upstreams.signatures.Signatures;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /v1/audio/speech} and {@code /v1/audio/transcriptions}: reads and checks the request, and writes the response.
 *
 * @param silence after which a stream of events sends a comment
 * @param transcribes whether requests bring audio
 */
public record AudioProtocol(
        CurrentModels models,
        Signatures signatures,
        SchemaChecks checks,
        ReadLimits limits,
        Duration silence,
        boolean transcribes)
        implements Protocol {

    /** The fields of a form that are numbers or truth values. */
    private static final Set<String> PLAIN = Set.of("stream", "temperature");

    @Override
    public String name() {
        return ProtocolName.AUDIO.code();
    }

    @Override
    public ErrorFormat errors() {
        return ChatErrors.OF_ROUTE;
    }

    @Override
    public Reading<AudioRequest> open(Envelope envelope) {
        return transcribes
                ? new Transcript(Objects.requireNonNullElse(envelope.header("content-type"), ""))
                : new Speech();
    }

    private abstract class Audio extends ConversationReading<AudioRequest> {

        private @Nullable AudioRequest request;

        Audio() {
            super(ProtocolName.AUDIO, models, signatures);
        }

        final AudioRequest known(AudioRequest its) {
            request = its;
            return its;
        }

        /** Returns the type of an answer without events. */
        abstract String type(String format);

        @Override
        public StreamForm form() {
            AudioRequest its = request;
            return its == null || its.events()
                    ? new StreamForm(StreamForm.EVENTS, silence, StreamForm.COMMENT)
                    : new StreamForm(type(its.format()), null, "");
        }

        @Override
        protected ConversationRequest request(AudioRequest read) {
            return read;
        }

        /** Asks for none: nothing shows them. */
        @Override
        protected boolean asksForThoughts(Conversation conversation, @Nullable Effort effort, Model model) {
            return false;
        }

        final Sink sink(boolean streams, Outlet outlet, MeteredCall call, Renderer renderer) {
            Function<@Nullable String, Renderer> renderers = _ -> renderer;
            return streams
                    ? new StreamedAnswer(outlet, renderers)
                    : new WholeAnswer(outlet, renderers, checks, call.accountId(), null);
        }
    }

    private final class Speech extends Audio {

        @Override
        public String label() {
            return super.label() + "/speech";
        }

        @Override
        String type(String format) {
            return "audio/" + format;
        }

        @Override
        protected AudioRequest read(byte[] body, Lease memory) {
            return known(SpeechReader.read(body, limits, memory));
        }

        @Override
        protected void check(AudioRequest request, Model model) {
            if (!model.speaks()) {
                List<String> ids = models.speaking();
                throw JsonBody.invalid(
                        "model",
                        "must be a model that makes speech"
                                + (ids.isEmpty() ? ", and none is on sale" : ": " + MessageText.list(ids)) + ".");
            }
        }

        @Override
        protected @Nullable Long tokensMaxByDefault(Model model) {
            return model.maxTokensByDefault();
        }

        @Override
        protected Sink sink(AudioRequest request, Outlet outlet, MeteredCall call) {
            boolean streams = request.events() || request.format().equals(SpeechReader.PCM);
            return sink(streams, outlet, call, new SpeechRenderer(request));
        }
    }

    private final class Transcript extends Audio {

        private final String contentType;
        private @Nullable FormBody form;

        Transcript(String contentType) {
            this.contentType = contentType;
        }

        @Override
        public String label() {
            return super.label() + "/transcriptions";
        }

        @Override
        String type(String format) {
            return format.equals(TranscriptReader.TEXT) ? "text/plain; charset=utf-8" : "application/json";
        }

        @Override
        protected AudioRequest read(byte[] body, Lease memory) {
            FormBody its = new FormBody(body, contentType, PLAIN, memory);
            form = its;
            return known(TranscriptReader.read(its, limits, memory));
        }

        /** A client that tries again sends another boundary. */
        @Override
        protected String printOf(byte[] body) {
            return form == null ? super.printOf(body) : form.print(Sha256.begin(label()));
        }

        @Override
        protected void check(AudioRequest request, Model model) {
            ModelRules.check(model, request.conversation(), "");
            ModelRules.refuseImages(model, "a model of text, which hears");
        }

        /** Returns the least effort: there is nothing to think about. */
        @Override
        protected @Nullable Effort effort(AudioRequest read, Conversation conversation, Model model) {
            return model.upstream().thinking().least();
        }

        @Override
        protected Sink sink(AudioRequest request, Outlet outlet, MeteredCall call) {
            return sink(request.events(), outlet, call, new TranscriptRenderer(request));
        }
    }
}
