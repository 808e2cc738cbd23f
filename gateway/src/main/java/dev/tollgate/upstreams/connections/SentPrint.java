package dev.tollgate.upstreams.connections;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.PromptPrint;
import dev.tollgate.base.memory.CountedBytes;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** The print of a prompt as it is written for an upstream (E86): system text, then each content. For one request, on one thread. */
public final class SentPrint {

    /** The braces and names around the text of a part. */
    private static final int FRAME_BYTES = 42;

    private final JsonGenerator json;
    private final CountedBytes out;
    private final PromptPrint.@Nullable Making print;
    private int ended;
    private int media;
    private long bytes;

    /** @param out what the generator writes to. @param expectedBytes of the prompt: a short one has no print */
    public SentPrint(JsonGenerator json, CountedBytes out, int expectedBytes) {
        this.json = json;
        this.out = out;
        this.print = expectedBytes < PromptPrint.BYTES_MIN ? null : new PromptPrint.Making();
    }

    /** Adds a medium of the current part. @param copiedBytes its bytes in the body, which count no more than a medium's */
    public void add(ContentPart.Media medium, int copiedBytes) {
        if (print != null) {
            print.add(medium);
            media += copiedBytes;
        }
    }

    /** Ends a part. */
    public void end() {
        if (print != null) {
            json.flush();
            out.show(ended, print::add);
            bytes += Math.max(0, out.size() - ended - media - FRAME_BYTES);
            ended = out.size();
            media = 0;
            print.end(bytes);
        }
    }

    /** Returns the print of all parts; null if the prompt is short. */
    public @Nullable PromptPrint print() {
        return print == null ? null : print.print(bytes);
    }
}
