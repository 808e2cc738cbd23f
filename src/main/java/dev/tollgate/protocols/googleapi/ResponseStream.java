package dev.tollgate.protocols.googleapi;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.calls.replay.Outlet;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.signatures.SignedPart;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Chunks as they come, as events or as the elements of one array: one write for each read of the upstream's (protocol 2.2). */
final class ResponseStream extends GenerateAnswer {

    private static final byte[] BEGIN = Utf8Buffer.ascii("[");
    private static final byte[] NEXT = Utf8Buffer.ascii(",\r\n");
    private static final byte[] END = Utf8Buffer.ascii("]");
    private static final byte[] DATA = Utf8Buffer.ascii("data: ");
    private static final byte[] EVENT_END = Utf8Buffer.ascii("\r\n\r\n");

    private final Chunks chunks;
    private final boolean isArray;
    private boolean begun;

    ResponseStream(Outlet outlet, Chunks chunks, AnswerForm form) {
        super(outlet);
        this.chunks = chunks;
        this.isArray = form == AnswerForm.ARRAY;
    }

    @Override
    public void events(List<UpstreamEvent> events) {
        List<ObjectNode> shown = chunks.of(events);
        if (!shown.isEmpty()) {
            Utf8Buffer bytes = pieces(shown);
            begin();
            outlet().write(bytes.array(), bytes.size());
        }
    }

    @Override
    public End end(Completion completion) {
        Utf8Buffer last = last(chunks.last(completion));
        return () -> {
            begin();
            outlet().end(last.array(), last.size());
        };
    }

    /**
     * Sends an error within a stream as a chunk, because Google's clients skip everything else (D23). Older clients read that chunk as a response
     * without candidates, and only notice text that is no event, which a front end of Google's leaves after it (protocol 2.2). Clients that follow
     * the rules of event streams skip that text.
     */
    @Override
    public void failed(ApiError error) {
        if (begun && !isArray) {
            JsonNode tree = GoogleErrors.tree(error);
            Utf8Buffer bytes = pieces(List.of(tree));
            outlet().write(bytes.array(), bytes.size());
            byte[] last = GoogleJson.bytes(tree);
            outlet().end(last, last.length);
        } else if (begun) {
            Utf8Buffer last = last(GoogleErrors.tree(error));
            outlet().end(last.array(), last.size());
        } else {
            outlet().fail(error);
        }
    }

    private void begin() {
        if (!begun) {
            begun = true;
            outlet().stream();
        }
    }

    private Utf8Buffer last(JsonNode chunk) {
        Utf8Buffer bytes = pieces(List.of(chunk));
        return isArray ? bytes.raw(END) : bytes;
    }

    private Utf8Buffer pieces(List<? extends JsonNode> shown) {
        Utf8Buffer bytes = new Utf8Buffer();
        for (JsonNode chunk : shown) {
            if (isArray) {
                boolean isFirst = !begun && bytes.size() == 0;
                bytes.raw(isFirst ? BEGIN : NEXT).raw(GoogleJson.bytes(chunk));
            } else {
                bytes.raw(DATA).raw(GoogleJson.bytes(chunk)).raw(EVENT_END);
            }
        }
        return bytes;
    }

    @Override
    public List<SignedPart> signed() {
        return chunks.signed();
    }

    @Override
    public boolean full() {
        return begun && outlet().full();
    }

    @Override
    public void onDrain(Runnable resume) {
        outlet().onDrain(resume);
    }
}
