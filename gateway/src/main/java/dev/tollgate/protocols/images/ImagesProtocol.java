package dev.tollgate.protocols.images;

import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.Effort;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.ids.ProtocolName;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.MessageText;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.calls.files.FileAddresses;
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
import dev.tollgate.protocols.door.FittedImages;
import dev.tollgate.protocols.door.ModelNames;
import dev.tollgate.protocols.door.Protocol;
import dev.tollgate.protocols.door.Reading;
import dev.tollgate.protocols.door.answers.StreamForm;
import dev.tollgate.protocols.door.answers.StreamedAnswer;
import dev.tollgate.protocols.door.answers.WholeAnswer;
import dev.tollgate.protocols.openai.ChatErrors;
import dev.tollgate.protocols.openai.FormBody;
import dev.tollgate.upstreams.pool.ChatAsk;
import dev.tollgate.upstreams.pool.ImagesAsked;
import dev.tollgate.upstreams.signatures.Signatures;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /v1/images/generations}, {@code /v1/images/edits} and {@code /v1/images}: reads and checks the request, and writes the response.
 *
 * @param silence after which a stream sends a comment
 * @param names the operator's models for other names
 * @param addresses of images that are not to come inline
 */
public record ImagesProtocol(
        CurrentModels models,
        Signatures signatures,
        SchemaChecks checks,
        ReadLimits limits,
        Duration silence,
        InstantSource clock,
        ModelNames names,
        FileAddresses addresses,
        ImagesPath path)
        implements Protocol {

    /** The most tokens of the thoughts before an image: no text is asked for (Y22). */
    private static final long THOUGHT_TOKENS = 4_096;

    /** The fields of a form that are numbers or truth values. */
    private static final Set<String> PLAIN =
            Set.of("n", "stream", "seed", "temperature", "output_compression", "partial_images");

    private static final Pattern OPENAIS = Pattern.compile("(gpt-image|chatgpt-image|dall-e)-.*");

    @Override
    public String name() {
        return ProtocolName.IMAGES.code();
    }

    @Override
    public ErrorFormat errors() {
        return ChatErrors.OF_ROUTE;
    }

    @Override
    public Reading<ImagesRequest> open(Envelope envelope) {
        return new Images(envelope);
    }

    private final class Images extends ConversationReading<ImagesRequest> {

        private final Envelope envelope;
        private final @Nullable String contentType;
        private @Nullable FormBody form;

        Images(Envelope envelope) {
            super(ProtocolName.IMAGES, models, signatures);
            this.envelope = envelope;
            this.contentType = envelope.header("content-type");
        }

        @Override
        protected FileAddresses addresses() {
            return addresses;
        }

        @Override
        public String label() {
            return super.label() + path.label();
        }

        @Override
        public StreamForm form() {
            return new StreamForm(StreamForm.EVENTS, silence, StreamForm.COMMENT);
        }

        @Override
        protected ImagesRequest read(byte[] body, Lease memory) {
            FormBody its = contentType != null && FormBody.isMeantBy(contentType)
                    ? new FormBody(body, contentType, PLAIN, memory)
                    : null;
            form = its;
            ImagesRequest request = its == null
                    ? ImagesReader.read(body, List.of(), path, limits, memory)
                    : ImagesReader.read(its.json(), its.files(), path, limits, memory);
            if (OPENAIS.matcher(request.model()).matches() && models.find(model(request)) == null) {
                throw unmapped(request.model()).asException();
            }
            return request;
        }

        /** A client that tries again sends another boundary. */
        @Override
        protected String printOf(byte[] body) {
            return form == null ? super.printOf(body) : form.print(Sha256.begin(label()));
        }

        @Override
        protected String model(ImagesRequest request) {
            String id = request.model();
            String mapped = models.find(id) == null ? names.model(id) : null;
            return mapped == null ? id : mapped;
        }

        @Override
        protected ConversationRequest request(ImagesRequest read) {
            return read;
        }

        @Override
        protected void check(ImagesRequest request, Model model) {
            if (!model.makesImages()) {
                throw JsonBody.invalid("model", "must be a model that makes images" + others() + ".");
            }
            images(request, model).check();
            int most = Objects.requireNonNull(model.upstream().images()).inputs();
            if (request.inputs().size() > most) {
                throw JsonBody.invalid(
                        request.inputs().get(most).place().path(),
                        "is one image too many: model '" + model.id() + "' takes " + most + ".");
            }
        }

        @Override
        protected FittedImages.@Nullable Size imageSize(ImagesRequest request) {
            return request.size();
        }

        @Override
        protected Long tokensMaxByDefault(Model model) {
            Long its = model.maxTokensByDefault();
            return its == null ? THOUGHT_TOKENS : Math.min(THOUGHT_TOKENS, its);
        }

        /** Thoughts are not shown, and would come with drafts, which are large. */
        @Override
        protected boolean asksForThoughts(Conversation conversation, @Nullable Effort effort, Model model) {
            return false;
        }

        @Override
        protected ChatAsk ask(ImagesRequest request, Model model, String accountId, Lease memory) {
            ChatAsk ask = super.ask(request, model, accountId, memory);
            ImagesAsked images = Objects.requireNonNull(ask.images(), model.id());
            return ask.withImages(images.each(request.n()));
        }

        @Override
        protected Sink sink(ImagesRequest request, Outlet outlet, MeteredCall call) {
            long created = clock.instant().getEpochSecond();
            FileAddresses.OfCall its = addresses(request, envelope, call);
            Function<@Nullable String, ImagesRenderer> renderers =
                    _ -> new ImagesRenderer(call.model(), request, its, path, created);
            return request.stream()
                    ? new StreamedAnswer(outlet, renderers)
                    : new WholeAnswer(outlet, renderers, checks, call.accountId(), null);
        }
    }

    private String others() {
        List<String> ids = models.makingImages();
        return ids.isEmpty() ? ", and none is on sale" : ": " + MessageText.list(ids);
    }

    /** A program that does not know which models exist. */
    private ApiError unmapped(String id) {
        return new ApiError(
                ErrorCode.MODEL_NOT_FOUND,
                404,
                "The model '" + MessageText.plain(id)
                        + "' is not offered here. Set 'model' to a model that makes images" + others() + ".",
                "model",
                Map.of(),
                null);
    }
}
