package dev.tollgate.http.client;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A short answer, read as a whole.
 *
 * @param headers the requested headers that it has
 * @param body within the requested limit
 */
public record WholeReply(int status, Map<String, String> headers, byte[] body) {

    public @Nullable String header(String name) {
        return headers.get(name);
    }

    /**
     * Collects the answer of a roundtrip, within its {@link Roundtrip#await} timeout. Must be called before the request is sent.
     *
     * @param bytesMax a longer answer fails and is reset
     * @param names of headers, in lower case
     */
    public static Future<WholeReply> of(Roundtrip roundtrip, int bytesMax, String... names) {
        Promise<WholeReply> whole = Promise.promise();
        roundtrip.answer(new Gathering(roundtrip, bytesMax, List.of(names), whole));
        return whole.future();
    }

    private static final class Gathering implements AnswerListener {
        private final Roundtrip roundtrip;
        private final int bytesMax;
        private final List<String> names;
        private final Promise<WholeReply> whole;
        private final Map<String, String> headers = new HashMap<>();
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private int status;

        Gathering(Roundtrip roundtrip, int bytesMax, List<String> names, Promise<WholeReply> whole) {
            this.roundtrip = roundtrip;
            this.bytesMax = bytesMax;
            this.names = names;
            this.whole = whole;
        }

        @Override
        public void head(AnswerHead head) {
            status = head.status();
            for (String name : names) {
                String value = head.header(name);
                if (value != null) {
                    headers.put(name, value);
                }
            }
        }

        @Override
        public void body(byte[] bytes, int length) {
            if (body.size() + length > bytesMax) {
                roundtrip.reset();
                whole.tryFail(new IOException("an answer is longer than " + bytesMax + " bytes"));
            } else {
                body.write(bytes, 0, length);
            }
        }

        @Override
        public void ended() {
            whole.tryComplete(new WholeReply(status, headers, body.toByteArray()));
        }

        @Override
        public void silent() {
            roundtrip.reset();
            whole.tryFail(new IOException("no answer came in time"));
        }

        @Override
        public void failed(Throwable why) {
            whole.tryFail(why);
        }
    }
}
