package dev.tollgate.upstreams.connections;

import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.http.client.Roundtrip;
import dev.tollgate.upstreams.media.Medium;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * Sends a body as fast as the peer accepts it: the next piece is read only when the last has left, so a call holds some 100 KiB of it in
 * memory, however large it is. Blocks; runs on a virtual thread. A reset of the request ends it.
 */
public final class BodySender {

    /** A multiple of three, so that base64 has no padding in the middle. */
    private static final int STEP_BYTES = 48 * 1024;

    private final Context loop;
    private final Roundtrip request;

    private BodySender(Context loop, Roundtrip request) {
        this.loop = loop;
        this.request = request;
    }

    /** Starts to send, on the event loop of the request. A failure is reported through the request's answer. */
    public static void start(Context loop, Roundtrip request, OutgoingBody body) {
        request.begin(body.length());
        Thread.ofVirtual().name("send-body").start(() -> new BodySender(loop, request).send(body));
    }

    private void send(OutgoingBody body) {
        try {
            for (OutgoingBody.Piece piece : body.pieces()) {
                switch (piece) {
                    case OutgoingBody.Bytes it -> write(Arrays.copyOfRange(it.bytes(), it.from(), it.to()));
                    case OutgoingBody.Ascii it -> text(it.text());
                    case OutgoingBody.Base64Of it -> medium(it.medium(), 0, true);
                    case OutgoingBody.JsonText it -> escaped(it.medium());
                    case OutgoingBody.Raw it -> medium(it.medium(), it.from(), false);
                }
            }
        } catch (IOException | RuntimeException | Error e) {
            Fatal.check(e);
            loop.runOnContext(turn -> request.fail(e));
        }
    }

    private void text(String text) {
        for (int from = 0; from < text.length(); from += STEP_BYTES) {
            int to = Math.min(text.length(), from + STEP_BYTES);
            write(text.substring(from, to).getBytes(StandardCharsets.US_ASCII));
        }
    }

    private void escaped(Medium medium) throws IOException {
        EscapedText text = new EscapedText(medium);
        for (byte[] step = text.next(); step != null; step = text.next()) {
            write(step);
        }
    }

    private void medium(Medium medium, long start, boolean base64) throws IOException {
        byte[] step = new byte[STEP_BYTES];
        for (long at = start; at < medium.length(); ) {
            int read = medium.read(at, step, 0, step.length);
            at += read;
            byte[] bytes = Arrays.copyOf(step, read);
            write(base64 ? Base64.getEncoder().encode(bytes) : bytes);
        }
    }

    /** Blocks until the bytes have been written. */
    private void write(byte[] bytes) {
        Promise<Void> written = Promise.promise();
        loop.runOnContext(turn -> request.write(bytes).onComplete(written));
        written.future().toCompletionStage().toCompletableFuture().join();
    }
}
