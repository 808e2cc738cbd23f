package dev.tollgate.generate;

import dev.tollgate.answers.Outlet;
import dev.tollgate.error.ApiError;
import dev.tollgate.signatures.SignedPart;
import dev.tollgate.upstream.UpstreamEvent;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Chunks as they come, as events or as the elements of one array: one write for each read of the upstream's (protocol 2.2). */
final class ResponseStream extends GenerateAnswer {

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
            Buffer bytes = pieces(shown);
            begin();
            outlet().write(bytes);
        }
    }

    @Override
    public End end(Completion completion) {
        Buffer last = last(chunks.last(completion));
        return () -> {
            begin();
            outlet().end(last);
        };
    }

    /**
     * In the middle of a stream an error is a chunk like the others: Google's clients pass over everything else (D23). Elder ones take that
     * chunk for an answer without candidates and only see what is no event, as a front end of Google's leaves it behind (protocol 2.2); whoever
     * follows the rules of event streams passes over it.
     */
    @Override
    public void failed(ApiError error) {
        if (begun && !isArray) {
            JsonNode tree = GoogleErrors.tree(error);
            outlet().write(pieces(List.of(tree)));
            outlet().end(Buffer.buffer(GoogleJson.bytes(tree)));
        } else if (begun) {
            outlet().end(last(GoogleErrors.tree(error)));
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

    private Buffer last(JsonNode chunk) {
        Buffer bytes = pieces(List.of(chunk));
        return isArray ? bytes.appendString("]") : bytes;
    }

    private Buffer pieces(List<? extends JsonNode> shown) {
        Buffer bytes = Buffer.buffer();
        for (JsonNode chunk : shown) {
            if (isArray) {
                boolean isFirst = !begun && bytes.length() == 0;
                bytes.appendString(isFirst ? "[" : ",\r\n").appendBytes(GoogleJson.bytes(chunk));
            } else {
                bytes.appendString("data: ")
                        .appendBytes(GoogleJson.bytes(chunk))
                        .appendString("\r\n\r\n");
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
