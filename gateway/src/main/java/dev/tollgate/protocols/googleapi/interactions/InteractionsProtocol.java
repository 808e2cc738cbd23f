package dev.tollgate.protocols.googleapi.interactions;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.ids.CompletionIds;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.base.ids.ProtocolName;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.calls.files.FileAddresses;
import dev.tollgate.calls.files.KeptImages;
import dev.tollgate.calls.kept.Conversations;
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
import dev.tollgate.protocols.door.Envelope;
import dev.tollgate.protocols.door.Protocol;
import dev.tollgate.protocols.door.Reading;
import dev.tollgate.protocols.door.SessionName;
import dev.tollgate.protocols.door.answers.StreamForm;
import dev.tollgate.protocols.door.answers.StreamedAnswer;
import dev.tollgate.protocols.door.answers.WholeAnswer;
import dev.tollgate.protocols.googleapi.CachedContents;
import dev.tollgate.protocols.googleapi.GenerateErrors;
import dev.tollgate.protocols.googleapi.NativeReading;
import dev.tollgate.protocols.googleapi.NativeRequest;
import dev.tollgate.protocols.googleapi.OpenNative;
import dev.tollgate.upstreams.pool.Ask;
import dev.tollgate.upstreams.signatures.Signatures;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code POST …/interactions}: reads and checks the request, and writes the response.
 *
 * @param kept the interactions
 * @param jobs interactions that are made in the background
 * @param caches that requests may name (Y35)
 * @param addresses of images that are not to come inline
 * @param silence after which a stream has a heartbeat (Y51)
 * @param random source of ids; thread-safe
 */
public record InteractionsProtocol(
        CurrentModels models,
        Signatures signatures,
        KeptResponses kept,
        Jobs jobs,
        CachedContents caches,
        FileAddresses addresses,
        SchemaChecks checks,
        ReadLimits limits,
        Duration silence,
        InstantSource clock,
        RandomGenerator random)
        implements Protocol {

    @Override
    public String name() {
        return ProtocolName.INTERACTIONS.code();
    }

    @Override
    public Background background() {
        return new Background(Job.Kind.INTERACTION, "/v1beta/interactions");
    }

    @Override
    public ErrorFormat errors() {
        return GenerateErrors.OBJECT;
    }

    @Override
    public Reading<?> open(Envelope envelope) {
        return new Interactions(envelope);
    }

    private final class Interactions extends NativeReading<InteractionRequest> {

        private final Envelope envelope;
        private boolean keepsImages;
        private boolean lacksRoom;

        Interactions(Envelope envelope) {
            super(models, signatures, null);
            this.envelope = envelope;
        }

        private boolean mayKeepImages(InteractionRequest read, Model model) {
            return model.makesImages() && read.keeping() != null;
        }

        private boolean isByAddress(InteractionRequest read, Model model) {
            return read.settings().byAddress() && model.makesImages();
        }

        @Override
        public String label() {
            return name();
        }

        @Override
        public StreamForm form() {
            return new StreamForm(StreamForm.EVENTS, silence, StreamForm.COMMENT);
        }

        @Override
        protected InteractionRequest read(byte[] body, Lease memory) {
            return InteractionsReader.read(body, limits, memory, kept.isOn());
        }

        @Override
        protected NativeRequest request(InteractionRequest read) {
            return read.whole();
        }

        @Override
        protected boolean asChunks() {
            return false;
        }

        @Override
        protected String model(InteractionRequest read) {
            return read.settings().model();
        }

        @Override
        protected List<String> ignored(InteractionRequest read, Model model) {
            List<String> all = new ArrayList<>(read.ignored());
            super.ignored(read, model).forEach(path -> all.add(read.named(path)));
            if (read.settings().store() && read.keeping() == null) {
                all.add("store");
            }
            return all;
        }

        @Override
        protected String tokensMaxField(InteractionRequest read) {
            return read.named(super.tokensMaxField(read));
        }

        @Override
        protected boolean isWhole(InteractionRequest read) {
            return read.isWhole();
        }

        @Override
        protected boolean looksUp(InteractionRequest read, Model asked) {
            return super.looksUp(read, asked)
                    || read.lacksSignatures()
                    || isByAddress(read, asked)
                    || mayKeepImages(read, asked);
        }

        @Override
        protected long findKept(InteractionRequest read, String accountId, KeyOwner reads, Lease memory) {
            return read.find(new Conversations(kept, jobs, Job.Kind.INTERACTION), caches, accountId, reads, memory);
        }

        @Override
        protected long fileBytes(InteractionRequest read) {
            return read.cacheBytes();
        }

        @Override
        protected void load(InteractionRequest read, String accountId, Lease memory) {
            read.load(signatures, caches, accountId, memory);
        }

        /** Cached contents are a session, whatever else names one (E85). */
        @Override
        protected SessionName sessionName(InteractionRequest read, Envelope envelope) {
            return OpenNative.session(read.cacheId(), () -> super.sessionName(read, envelope));
        }

        @Override
        protected boolean inBackground(InteractionRequest read) {
            return read.settings().background();
        }

        /** Returns whether the images that the model may make cannot all be kept. */
        @Override
        protected boolean lacksRoom(InteractionRequest read) {
            return lacksRoom;
        }

        @Override
        protected byte[] queued(InteractionRequest read, String id) {
            return BackgroundInteractions.queued(read.settings(), id);
        }

        @Override
        protected void check(InteractionRequest read, Model asked) {
            if (read.settings().background() && asked.speaks()) {
                throw StepContents.refuse("background", "must be false for speech, which takes too much to be kept.");
            }
            read.check(asked);
            super.check(read, asked);
        }

        @Override
        protected ApiError named(InteractionRequest read, ApiError refusal) {
            return read.named(refusal);
        }

        @Override
        protected Ask ask(InteractionRequest read, Model asked, String accountId, Lease memory) {
            if (isByAddress(read, asked)) {
                addresses.requireRoom(accountId, asked.imagesMax());
            }
            keepsImages = mayKeepImages(read, asked) && addresses.kept().hasRoom(accountId, asked.imagesMax());
            lacksRoom = asked.makesImages() && !keepsImages;
            return super.ask(read, asked, accountId, memory);
        }

        @Override
        protected Sink sink(InteractionRequest read, Outlet outlet, MeteredCall call) {
            Instant created = clock.instant();
            FileAddresses.OfCall its = isByAddress(read, call.model())
                    ? addresses.of(
                            call.accountId(),
                            call.owner(),
                            addresses.base(envelope.header("host"), envelope.header("x-forwarded-proto")))
                    : null;
            boolean waits = !read.settings().background();
            KeptImages.OfCall keeping = keepsImages ? addresses.kept().of(call.accountId(), call.owner()) : null;
            KeptImages.OfCall images = keeping == null || waits ? keeping : keeping.demanded();
            Function<@Nullable String, InteractionsRenderer> renderers = id -> new InteractionsRenderer(
                    id,
                    call,
                    read,
                    kept,
                    its,
                    images,
                    clock,
                    id == null || waits ? created : CompletionIds.created(id),
                    random);
            ObjectNode schema = read.whole().schema();
            Sink sink = read.settings().stream()
                    ? new StreamedAnswer(outlet, renderers)
                    : new WholeAnswer(outlet, renderers, checks, call.accountId(), schema);
            return renamed(sink, read::named, read::named);
        }
    }
}
