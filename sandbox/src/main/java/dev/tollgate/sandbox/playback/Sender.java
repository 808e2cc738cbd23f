package dev.tollgate.sandbox.playback;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** Writes a body in the way that was asked for. Used on one event loop; each write waits for the one before. */
final class Sender {

    private static final int COLLECTED_BYTES_MAX = 64 << 20;

    /** The ends of writes. */
    private enum Cut {
        NOWHERE,
        EACH_BYTE,
        IN_CHARACTERS,
        /** A single write for everything. */
        AT_THE_END
    }

    private final Vertx vertx;
    private final HttpServerResponse response;
    private final Buffer collected = Buffer.buffer();
    private Cut cut = Cut.NOWHERE;
    private long everyMillis;
    private boolean escapes;
    private @Nullable Gzip gzip;

    Sender(Vertx vertx, HttpServerResponse response) {
        this.vertx = vertx;
        this.response = response;
    }

    void byteByByte(long everyMillis) {
        this.cut = Cut.EACH_BYTE;
        this.everyMillis = everyMillis;
    }

    void inCharacters() {
        cut = Cut.IN_CHARACTERS;
    }

    void atOnce() {
        cut = Cut.AT_THE_END;
    }

    /** Marks the body as compressed. Call it before the head is sent. */
    void compressed() {
        gzip = new Gzip();
        response.putHeader("content-encoding", "gzip");
    }

    /** Writes slashes and equals signs as JSON may: they stand nowhere but in strings. */
    void escaped() {
        escapes = true;
    }

    /** Sends pieces of a text, each when the one before has been written. */
    Future<Void> send(List<String> pieces) {
        Promise<Void> done = Promise.promise();
        sendNext(pieces.iterator(), done);
        return done.future();
    }

    private void sendNext(Iterator<String> pieces, Promise<Void> done) {
        send(pieces.next()).onFailure(done::fail).onSuccess(sent -> {
            if (pieces.hasNext()) {
                vertx.runOnContext(turn -> sendNext(pieces, done));
            } else {
                done.complete();
            }
        });
    }

    private Future<Void> send(String text) {
        Buffer plain = Buffer.buffer(escapes ? text.replace("/", "\\/").replace("=", "\\u003d") : text);
        return pass(gzip == null ? plain : gzip.pass(plain.getBytes()));
    }

    /** Sends the rest. */
    Future<Void> flush() {
        Future<Void> tail = gzip == null ? Future.succeededFuture() : pass(gzip.end());
        return tail.compose(sent -> collected.length() == 0 ? Future.succeededFuture() : response.write(collected));
    }

    private Future<Void> pass(Buffer bytes) {
        return switch (cut) {
            case NOWHERE -> response.write(bytes);
            case AT_THE_END -> collect(bytes);
            case EACH_BYTE, IN_CHARACTERS -> pieces(bytes);
        };
    }

    private Future<Void> collect(Buffer bytes) {
        collected.appendBuffer(bytes);
        return collected.length() <= COLLECTED_BYTES_MAX
                ? Future.succeededFuture()
                : Future.failedFuture("an answer in one write has at most " + COLLECTED_BYTES_MAX + " bytes");
    }

    private Future<Void> pieces(Buffer bytes) {
        Promise<Void> done = Promise.promise();
        writeFrom(bytes, 0, done);
        return done.future();
    }

    /** A turn of the event loop for each piece: written in one turn they would leave as one packet. */
    private void writeFrom(Buffer bytes, int at, Promise<Void> done) {
        if (at >= bytes.length()) {
            done.complete();
            return;
        }
        int to = cut == Cut.EACH_BYTE ? at + 1 : insideNextCharacter(bytes, at);
        response.write(bytes.getBuffer(at, to)).onFailure(done::fail).onSuccess(written -> {
            if (everyMillis > 0) {
                vertx.setTimer(everyMillis, fired -> writeFrom(bytes, to, done));
            } else {
                vertx.runOnContext(turn -> writeFrom(bytes, to, done));
            }
        });
    }

    /** Returns the place after the first byte of the next character that has several. */
    private static int insideNextCharacter(Buffer bytes, int from) {
        int at = from;
        while (at < bytes.length()) {
            boolean first = (bytes.getByte(at++) & 0xC0) == 0xC0;
            if (first) {
                return at;
            }
        }
        return at;
    }

    /** Each piece can be read as soon as it is there. */
    private static final class Gzip {

        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private final GZIPOutputStream stream;

        private Gzip() {
            try {
                stream = new GZIPOutputStream(out, true);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private Buffer pass(byte[] bytes) {
            return taken(() -> {
                stream.write(bytes);
                stream.flush();
            });
        }

        private Buffer end() {
            return taken(stream::finish);
        }

        private Buffer taken(Writing writing) {
            try {
                writing.run();
            } catch (IOException e) {
                throw new UncheckedIOException("memory has no I/O errors", e);
            }
            Buffer bytes = Buffer.buffer(out.toByteArray());
            out.reset();
            return bytes;
        }

        private interface Writing {
            void run() throws IOException;
        }
    }
}
