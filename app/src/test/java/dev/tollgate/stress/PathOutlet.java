package dev.tollgate.stress;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.calls.replay.Outlet;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Writes down what leaves, by step: the headers when the response begins, then its bytes. Is full now and then. Confined to its answer. */
final class PathOutlet implements Outlet {

    private final PathText text;
    private final AnswerTape tape;
    private final TreeMap<String, String> headers = new TreeMap<>();
    private final List<String> ignored = new ArrayList<>();
    private final List<Runnable> waiting = new ArrayList<>();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private int room;

    PathOutlet(PathText text, AnswerTape tape) {
        this.text = text;
        this.tape = tape;
        this.room = 1 + tape.next(200);
    }

    /** Ends a step: what has left in it is one value. */
    void step(String name) {
        text.add(name, bytes.toString(StandardCharsets.ISO_8859_1));
        bytes.reset();
    }

    /** Reads everything, as a caller that has caught up. */
    void drain() {
        while (!waiting.isEmpty()) {
            room = 1 + tape.next(200);
            List<Runnable> steps = List.copyOf(waiting);
            waiting.clear();
            steps.forEach(Runnable::run);
        }
        room = 1 + tape.next(200);
    }

    private void begin(String how) {
        text.add(how, headers + " " + ignored);
    }

    @Override
    public int pieceBytes() {
        return 8 * 1024;
    }

    @Override
    public void setHeader(String name, String value) {
        headers.put(name, value);
    }

    @Override
    public void ignore(String fieldPath) {
        ignored.add(fieldPath);
    }

    @Override
    public void stream() {
        begin("stream");
    }

    @Override
    public void body(long length) {
        begin("body " + length);
    }

    @Override
    public void write(byte[] written, int length) {
        bytes.write(written, 0, length);
        room--;
    }

    @Override
    public void end(byte[] last, int length) {
        bytes.write(last, 0, length);
        bytes.writeBytes("<END>".getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public void fail(ApiError error) {
        begin("fail " + text(error));
    }

    @Override
    public boolean full() {
        return room <= 0;
    }

    @Override
    public void onDrain(Runnable resume) {
        waiting.add(resume);
    }

    @Override
    public void later(Runnable step) {
        waiting.add(step);
    }

    /** Returns what programs get of an error. */
    private static String text(ApiError error) {
        return "ApiError[code=" + error.code() + ", status=" + error.status() + ", message=" + error.message()
                + ", param=" + error.param() + ", headers=" + error.headers() + ", shortage=" + error.shortage() + "]";
    }
}
