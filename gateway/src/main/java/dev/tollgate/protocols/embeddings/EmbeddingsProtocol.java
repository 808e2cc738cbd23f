package dev.tollgate.protocols.embeddings;

import dev.tollgate.base.ids.ProtocolName;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.calls.replay.Outlet;
import dev.tollgate.models.Model;
import dev.tollgate.protocols.door.CallerNames;
import dev.tollgate.protocols.door.EmbedAsks;
import dev.tollgate.protocols.door.Envelope;
import dev.tollgate.protocols.door.Protocol;
import dev.tollgate.protocols.door.Reading;
import dev.tollgate.protocols.door.answers.StreamForm;
import dev.tollgate.upstreams.pool.Ask;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code POST /v1/embeddings}: a vector for each input, in OpenAI's words. */
public record EmbeddingsProtocol(ReadLimits limits) implements Protocol {

    private static final String DOOR = ProtocolName.EMBEDDINGS.code();

    @Override
    public String name() {
        return DOOR;
    }

    @Override
    public Reading<?> open(Envelope envelope) {
        return new Embeddings();
    }

    private final class Embeddings extends Reading<EmbeddingRequest> {

        @Override
        public String label() {
            return DOOR;
        }

        @Override
        public boolean embeds() {
            return true;
        }

        @Override
        public StreamForm form() {
            return StreamForm.NONE;
        }

        @Override
        protected EmbeddingRequest read(byte[] body, Lease memory) {
            return EmbeddingRequestReader.read(body, limits, memory);
        }

        @Override
        protected String model(EmbeddingRequest request) {
            return request.model();
        }

        @Override
        protected List<String> ignored(EmbeddingRequest request, Model model) {
            List<String> ignored = new ArrayList<>(request.ignored());
            ignored.addAll(EmbedAsks.ignored(model, request.inputs(), EmbeddingRequestReader.FIELDS));
            return ignored;
        }

        @Override
        protected CallerNames callerNames(EmbeddingRequest request) {
            return request.callerNames();
        }

        /** A vector has no output tokens. */
        @Override
        protected @Nullable Long tokensMax(EmbeddingRequest request) {
            return null;
        }

        @Override
        protected @Nullable String tokensMaxField(EmbeddingRequest request) {
            return null;
        }

        @Override
        protected Long tokensMaxByDefault(Model model) {
            return 0L;
        }

        @Override
        protected boolean isHeavy(EmbeddingRequest request) {
            return false;
        }

        @Override
        protected boolean looksUp(EmbeddingRequest request, Model model) {
            return false;
        }

        @Override
        protected void check(EmbeddingRequest request, Model model) {
            EmbedAsks.check(model, request.inputs(), EmbeddingRequestReader.FIELDS);
        }

        @Override
        protected Ask ask(EmbeddingRequest request, Model model, String accountId, Lease memory) {
            return EmbedAsks.ask(model, request.inputs(), EmbeddingRequestReader.FIELDS, request.form(), memory);
        }

        @Override
        protected Sink sink(EmbeddingRequest request, Outlet outlet, MeteredCall call) {
            return new EmbeddingList(outlet, call);
        }
    }
}
