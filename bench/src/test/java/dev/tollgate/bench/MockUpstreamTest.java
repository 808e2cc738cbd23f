package dev.tollgate.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MockUpstreamTest {
    private static final int SILENCE_MILLIS_MAX = 10_000;

    private final MockUpstream mock = new MockUpstream(0);

    @AfterEach
    void close() {
        mock.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"CALL", "TALK_43"})
    void who_asks_without_streaming_gets_the_answer_in_json(Kind kind) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + mock.port() + "/v1beta/models/"
                        + kind.model() + ":generateContent?key=sk-test-key"))
                .POST(HttpRequest.BodyPublishers.ofString("{}"))
                .build();

        HttpResponse<String> answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(answer.body())
                .startsWith("{\"candidates\":[")
                .contains("\"finishReason\":\"STOP\"")
                .endsWith("}");
    }

    @Test
    void each_event_of_a_crowds_stream_tells_when_it_was_sent() throws IOException {
        LoadPhase phase = new LoadPhase(Protocol.GEMINI, Kind.CROWD, mock.port(), 1, 1_000, 1);
        List<Long> sent = new ArrayList<>();
        SentStamp stamps = new SentStamp(sent::add);
        try (Socket socket = new Socket(LoadPhase.HOST, mock.port())) {
            socket.setSoTimeout(SILENCE_MILLIS_MAX);
            long begin = System.nanoTime();
            socket.getOutputStream().write(Protocol.GEMINI.request(phase, "sk-test-key"));
            InputStream answer = socket.getInputStream();
            byte[] bytes = new byte[4_096];
            while (sent.size() < 3) {
                Unpooled.wrappedBuffer(bytes, 0, answer.read(bytes)).forEachByte(stamps);
            }

            assertThat(sent.getFirst()).isBetween(begin, System.nanoTime());
            assertThat(sent.get(1) - sent.get(0)).isGreaterThan(100_000_000L);
            assertThat(sent).isSorted();
            assertThat(System.nanoTime()).isGreaterThan(sent.getLast());
        }
    }

    @Test
    void portkey_is_told_which_upstream_a_call_is_for() {
        LoadPhase phase = new LoadPhase(Protocol.PORTKEY, Kind.CALL, 8_080, 1, 1_000, 1, mock.port());

        String request = new String(Protocol.PORTKEY.request(phase, "sk-test-key"), StandardCharsets.US_ASCII);

        assertThat(request)
                .startsWith("POST /v1/chat/completions HTTP/1.1\r\n")
                .contains("\r\nx-portkey-custom-host: http://127.0.0.1:" + mock.port() + "\r\n");
    }
}
