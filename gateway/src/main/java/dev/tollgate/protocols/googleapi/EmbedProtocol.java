package dev.tollgate.protocols.googleapi;

import dev.tollgate.base.ids.ProtocolName;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.calls.replay.Outlet;
import dev.tollgate.http.ErrorFormat;
import dev.tollgate.models.Model;
import dev.tollgate.protocols.door.EmbedAsks;
import dev.tollgate.protocols.door.Envelope;
import dev.tollgate.protocols.door.Protocol;
import dev.tollgate.protocols.door.Reading;
import dev.tollgate.protocols.door.VectorAnswer;
import dev.tollgate.protocols.door.answers.StreamForm;
import dev.tollgate.upstreams.pool.Ask;
import dev.tollgate.upstreams.pool.EmbedAsk;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST …/models/{model}:embedContent} and {@code :batchEmbedContents}, by the same rows as OpenAI's door (E68).
 *
 * @param isBatch whether it is {@code :batchEmbedContents}
 */
public record EmbedProtocol(boolean isBatch, ReadLimits limits) implements Protocol {

    private static final String DOOR = ProtocolName.GENERATE.code();

    @Override
    public String name() {
        return DOOR;
    }

    @Override
    public ErrorFormat errors() {
        return GenerateErrors.OBJECT;
    }

    @Override
    public Reading<?> open(Envelope envelope) {
        return new Embed(envelope.pathParam("model"));
    }

    private final class Embed extends Reading<List<EmbedAsk.Input>> {

        private final String model;

        Embed(String model) {
            this.model = model;
        }

        @Override
        public String label() {
            return DOOR + "\n" + (isBatch ? "batchEmbedContents" : "embedContent") + "\n" + model;
        }

        @Override
        public String model() {
            return model;
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
        protected List<EmbedAsk.Input> read(byte[] body, Lease memory) {
            return EmbedRequestReader.read(body, isBatch, limits, memory);
        }

        @Override
        protected String model(List<EmbedAsk.Input> inputs) {
            return model;
        }

        @Override
        protected List<String> ignored(List<EmbedAsk.Input> inputs, Model model) {
            return EmbedAsks.ignored(model, inputs, EmbedRequestReader.FIELDS);
        }

        /** A vector has no output tokens. */
        @Override
        protected @Nullable Long tokensMax(List<EmbedAsk.Input> inputs) {
            return null;
        }

        @Override
        protected @Nullable String tokensMaxField(List<EmbedAsk.Input> inputs) {
            return null;
        }

        @Override
        protected Long tokensMaxByDefault(Model model) {
            return 0L;
        }

        @Override
        protected boolean isHeavy(List<EmbedAsk.Input> inputs) {
            return false;
        }

        @Override
        protected boolean looksUp(List<EmbedAsk.Input> inputs, Model model) {
            return false;
        }

        @Override
        protected void check(List<EmbedAsk.Input> inputs, Model model) {
            EmbedAsks.check(model, inputs, EmbedRequestReader.FIELDS);
        }

        @Override
        protected Ask ask(List<EmbedAsk.Input> inputs, Model model, String accountId, Lease memory) {
            return EmbedAsks.ask(model, inputs, EmbedRequestReader.FIELDS, EmbedAsk.Form.DIGITS, memory);
        }

        @Override
        protected Sink sink(List<EmbedAsk.Input> inputs, Outlet outlet, MeteredCall call) {
            return new VectorList(outlet, isBatch);
        }
    }

    /** Google's answers, with the usage that Vertex AI reports in them. */
    private static final class VectorList extends VectorAnswer {

        private final boolean isBatch;

        VectorList(Outlet outlet, boolean isBatch) {
            super(outlet);
            this.isBatch = isBatch;
        }

        @Override
        protected byte[] head() {
            return Utf8Buffer.ascii(isBatch ? "{\"embeddings\":[" : "{\"embedding\":");
        }

        @Override
        protected byte[] before(int index) {
            return Utf8Buffer.ascii(index == 0 ? "{\"values\":" : ",{\"values\":");
        }

        @Override
        protected byte[] after() {
            return Utf8Buffer.ascii("}");
        }

        @Override
        protected byte[] tail(Completion completion) {
            return Utf8Buffer.scratch()
                    .raw(isBatch ? "]" : "")
                    .raw(",\"usageMetadata\":{\"promptTokenCount\":")
                    .number(completion.tokens().inputTokens())
                    .raw("}}")
                    .bytes();
        }
    }
}
