package dev.tollgate.upstreams.gemini.answers;

import dev.tollgate.base.json.Json;
import dev.tollgate.http.client.AnswerHead;
import dev.tollgate.upstreams.connections.EventReader;
import dev.tollgate.upstreams.connections.FinishReasons;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Reads one streamed answer of Google's. */
public final class GeminiEventReader extends EventReader {

    private static final String TIER_HEADER = "x-gemini-service-tier";

    private final GeminiStream stream;
    private final RepeatedTexts repeated = new RepeatedTexts();
    private final boolean keepsRaw;

    /**
     * @param json whether the answer was to be JSON
     * @param keepsRaw whether the chunks themselves are wanted, in which citations stand already, and not their citations
     */
    public GeminiEventReader(GeminiErrors errors, boolean json, int candidatesExpected, boolean keepsRaw) {
        super(errors);
        this.stream = new GeminiStream(!keepsRaw, json, candidatesExpected);
        this.keepsRaw = keepsRaw;
    }

    @Override
    public void head(AnswerHead head) {
        stream.granted(GrantedTier.of(head.header(TIER_HEADER)));
    }

    @Override
    protected void take(byte[] bytes, int from, int to, List<UpstreamEvent> out) {
        GeminiChunk common = ChunkScanner.ofThread().read(bytes, from, to, repeated);
        GeminiChunk chunk = common == null ? GeminiChunkReader.read(bytes, from, to) : common;
        if (chunk.error() != null && !chunk.error().isNull()) {
            stop(reported(chunk.error()));
            return;
        }
        String failed = failed(chunk);
        if (failed != null) {
            stop(broke("the finish reason " + failed));
            return;
        }
        ObjectNode tree = keepsRaw ? Json.object(bytes, from, to) : null;
        stream.accept(chunk, out);
        UpstreamEvent raw = tree == null ? null : stream.raw(tree, to - from);
        if (raw != null) {
            out.add(raw);
        }
    }

    /** Returns the word with which a failed server replaced a finish reason; null if there is none. */
    private static @Nullable String failed(GeminiChunk chunk) {
        List<GeminiChunk.Candidate> candidates = chunk.candidates();
        for (int i = 0; i < candidates.size(); i++) {
            String word = candidates.get(i).finishReason();
            if (word != null && FinishReasons.sayFailure(word)) {
                return word;
            }
        }
        return null;
    }

    @Override
    protected boolean isError(JsonNode error) {
        return error.isObject();
    }

    @Override
    protected boolean mayEnd() {
        return stream.mayEnd();
    }

    @Override
    protected boolean hasAnswered() {
        return stream.hasAnswered();
    }

    @Override
    public boolean isWhole() {
        return stream.isWhole();
    }

    @Override
    protected void finish(List<UpstreamEvent> events) {
        stream.close(events);
    }
}
