package dev.tollgate.http.client;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.testing.Effort;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerParserTest {

    private static final String OK = "HTTP/1.1 200 OK\r\n";

    private final StringBuilder body = new StringBuilder();
    private final AnswerParser parser = new AnswerParser(new AnswerParser.Sink() {
        @Override
        public void head(AnswerHead head) {
            assertThat(status).isZero();
            status = head.status();
            kind = head.header("content-type");
            retry = head.header("retry-after");
        }

        @Override
        public void body(byte[] bytes, int length) {
            assertThat(status).isNotZero();
            assertThat(length).isPositive();
            body.append(new String(bytes, 0, length, StandardCharsets.ISO_8859_1));
        }
    });
    private int status;
    private String kind;
    private String retry;

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
    }

    /** @param body null where only the end of the connection ends it */
    static Stream<Arguments> answers() {
        return Stream.of(
                Arguments.of(OK + "Content-Length: 5\r\n\r\nHello", 200, "Hello", true),
                Arguments.of(OK + "content-length:5 \r\n\r\nHello", 200, "Hello", true),
                Arguments.of("HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n", 200, "", true),
                Arguments.of("HTTP/1.1 404 \ncontent-length: 2\n\nno", 404, "no", true),
                Arguments.of("\r\nHTTP/1.1 204 No Content\r\nx: y\r\n\r\n", 204, "", true),
                Arguments.of("HTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\n\r\n", 304, "", true),
                Arguments.of(
                        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\n" + OK
                                + "content-length: 2\r\n\r\nhi",
                        200,
                        "hi",
                        true),
                Arguments.of(OK + "transfer-encoding: chunked\r\n\r\n5\r\nHello\r\n0\r\n\r\n", 200, "Hello", true),
                Arguments.of(
                        OK
                                + "Transfer-Encoding: Chunked\r\n\r\n3;a=b\r\nHel\r\n02 \r\nlo\r\n000\r\nx-sum: 1\r\ny: 2\r\n\r\n",
                        200,
                        "Hello",
                        true),
                Arguments.of(OK + "transfer-encoding: chunked\n\n1\na\nA\n0123456789\n0\n\n", 200, "a0123456789", true),
                Arguments.of(OK + "connection: Close\r\ncontent-length: 2\r\n\r\nhi", 200, "hi", false),
                Arguments.of("HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nhi", 200, "hi", false),
                Arguments.of(
                        "HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 2\r\n\r\nhi", 200, "hi", true),
                Arguments.of(
                        OK + "content-length: 9\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
                        200,
                        "hi",
                        false));
    }

    @ParameterizedTest
    @MethodSource("answers")
    void an_answer_is_read_as_the_same_wherever_it_is_cut(String answer, int code, String content, boolean lasts)
            throws IOException {
        for (int cut = 0; cut <= answer.length(); cut++) {
            begin();
            read(bytes(answer.substring(0, cut)));
            read(bytes(answer.substring(cut)));
            check(code, content, lasts);
        }
        begin();
        for (int at = 0; at < answer.length(); at++) {
            assertThat(parser.isWhole()).isFalse();
            read(bytes(answer.substring(at, at + 1)));
        }
        check(code, content, lasts);
        ByteBuf more = bytes(answer + "HTTP");
        begin();
        read(more);
        check(code, content, lasts);
        assertThat(more.readableBytes()).isEqualTo(4);
    }

    private void read(ByteBuf in) throws IOException {
        parser.read(in, new byte[in.readableBytes()]);
    }

    private void begin() {
        parser.next();
        status = 0;
        body.setLength(0);
    }

    private void check(int code, String content, boolean lasts) {
        assertThat(parser.isWhole()).isTrue();
        assertThat(status).isEqualTo(code);
        assertThat(body).hasToString(content);
        assertThat(parser.lasts()).isEqualTo(lasts);
        assertThat(parser.isWholeAtClose()).isFalse();
    }

    @Test
    void an_answer_without_a_length_ends_with_its_connection() throws IOException {
        read(bytes(OK + "Content-Type:  text/plain \r\nretry-after: 7\r\nRetry-After: 8\r\n\r\nHello"));
        assertThat(parser.isWhole()).isFalse();
        assertThat(parser.isWholeAtClose()).isTrue();
        assertThat(body).hasToString("Hello");
        assertThat(kind).isEqualTo("text/plain");
        assertThat(retry).isEqualTo("7");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\n",
                "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nHell",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nHello\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nHello\r\n0\r\n"
            })
    void an_answer_that_is_cut_off_is_not_whole(String answer) throws IOException {
        read(bytes(answer));
        assertThat(parser.isWhole()).isFalse();
        assertThat(parser.isWholeAtClose()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SSH-2.0-OpenSSH_9.2\r\n\r\n",
                "HTTP/2 200 OK\r\n\r\n",
                "HTTP/1.1200 OK\r\n\r\n",
                "HTTP/1.1 20 OK\r\n\r\n",
                "HTTP/1.1 2000 OK\r\n\r\n",
                "HTTP/1.1 099 OK\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\n\r\n",
                "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
                "HTTP/1.1 200 OK\r\ncontent-length: \r\n\r\n",
                "HTTP/1.1 200 OK\r\ncontent-length: 1234567890123456\r\n\r\n",
                "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntransfer-encoding: gzip\r\n\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding : chunked\r\n\r\n",
                "HTTP/1.1 200 OK\r\ncontent-length\t: 1\r\n\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding:\r\n chunked\r\n\r\n",
                "HTTP/1.1 200 OK\r\ncontent-length\r\n\r\n",
                "HTTP/1.1 200 OK\r\n: 1\r\n\r\n",
                "HTTP/1.1 103 Early Hints\r\nlink : a\r\n\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nx\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5x\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1234567890123456\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab\r\n",
            })
    void what_is_no_answer_is_broken(String answer) {
        assertThatThrownBy(() -> read(bytes(answer)))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("the answer is broken: ");
    }

    @Test
    void bytes_before_a_break_are_reported() {
        String answer = OK + "transfer-encoding: chunked\r\n\r\n5\r\nHello\r\nnonsense\r\n";
        assertThatThrownBy(() -> read(bytes(answer))).isInstanceOf(IOException.class);
        assertThat(body).hasToString("Hello");
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\n", "\r\n"})
    void an_answer_that_never_begins_is_broken(String interim) throws IOException {
        read(bytes(interim.repeat(64) + OK + "content-length: 2\r\n\r\nhi"));
        assertThat(status).isEqualTo(200);
        begin();
        assertThatThrownBy(() -> read(bytes(interim.repeat(65))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("does not come");
    }

    @Test
    void heads_lines_and_trailers_have_limits() {
        assertThatThrownBy(() -> read(bytes(OK + "x: " + "y".repeat(64 * 1024))))
                .isInstanceOf(IOException.class);
        parser.next();
        String chunked = OK + "transfer-encoding: chunked\r\n\r\n";
        assertThatThrownBy(() -> read(bytes(chunked + "1;" + "y".repeat(4 * 1024))))
                .isInstanceOf(IOException.class);
        begin();
        assertThatThrownBy(() -> read(bytes(chunked + "0\r\n" + "a: b\r\n".repeat(200))))
                .isInstanceOf(IOException.class);
    }

    /** The random cuts of a long answer, its chunks of any size. */
    @Test
    void many_chunks_come_out_as_they_went_in() throws IOException {
        long seed = Effort.seed("test.seed");
        Random random = new Random(seed);
        StringBuilder wire = new StringBuilder(OK + "transfer-encoding: chunked\r\n\r\n");
        StringBuilder content = new StringBuilder();
        for (int i = 0; i < 200; i++) {
            String chunk = "x0\r\n".repeat(1 + random.nextInt(60)).substring(random.nextInt(4));
            wire.append(Integer.toHexString(chunk.length()))
                    .append("\r\n")
                    .append(chunk)
                    .append("\r\n");
            content.append(chunk);
        }
        wire.append("0\r\n\r\n");
        begin();
        for (int at = 0; at < wire.length(); ) {
            int to = Math.min(wire.length(), at + 1 + random.nextInt(500));
            read(bytes(wire.substring(at, to)));
            at = to;
        }
        assertThat(parser.isWhole()).as("-Dtest.seed=" + seed).isTrue();
        assertThat(body).as("-Dtest.seed=" + seed).hasToString(content.toString());
    }
}
