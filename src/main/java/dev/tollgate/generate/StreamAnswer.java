package dev.tollgate.generate;

import dev.tollgate.error.ApiError;
import dev.tollgate.metering.Outlet;
import dev.tollgate.signatures.SignedPart;
import dev.tollgate.upstream.UpstreamEvent;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Chunks as they come, as events or as the elements of one array: one write for each read of the upstream's (wire.md 2.2). */
final class StreamAnswer extends Answer {

    private final Chunks chunks;
    private final boolean isArray;
    private boolean begun;

    StreamAnswer(Outlet outlet, Chunks chunks, AnswerForm form) {
        super(outlet);
        this.chunks = chunks;
        this.isArray = form == AnswerForm.ARRAY;
    }

    @Override
    public void events(List<UpstreamEvent> events) {
        Buffer bytes = Buffer.buffer();
        for (ObjectNode chunk : chunks.of(events)) {
            append(bytes, chunk);
        }
        if (bytes.length() > 0) {
            outlet().write(bytes);
        }
    }

    @Override
    public void completed(Completion completion) {
        end(chunks.last(completion));
    }

    /**
     * In the middle of a stream an error is a chunk like the others: Google's clients pass over everything else (D23). Elder ones take that
     * chunk for an answer without candidates and only see what is no event, as a front end of Google's leaves it behind (wire.md 2.2); whoever
     * follows the rules of event streams passes over it.
     */
    @Override
    public void failed(ApiError error) {
        if (begun && !isArray) {
            JsonNode tree = GoogleErrors.tree(error);
            Buffer event = Buffer.buffer();
            append(event, tree);
            outlet().write(event);
            outlet().end(Buffer.buffer(GoogleJson.bytes(tree)));
        } else if (begun) {
            end(GoogleErrors.tree(error));
        } else {
            outlet().fail(error);
        }
    }

    private void end(JsonNode last) {
        Buffer bytes = Buffer.buffer();
        append(bytes, last);
        outlet().end(isArray ? bytes.appendString("]") : bytes);
    }

    private void append(Buffer bytes, JsonNode chunk) {
        boolean isFirst = !begun;
        if (isFirst) {
            begun = true;
            outlet().stream();
        }
        if (isArray) {
            bytes.appendString(isFirst ? "[" : ",\r\n").appendBytes(GoogleJson.bytes(chunk));
        } else {
            bytes.appendString("data: ").appendBytes(GoogleJson.bytes(chunk)).appendString("\r\n\r\n");
        }
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
