package dev.tollgate.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LoadGeneratorTest {
    private static final int LONG_MILLIS = 60_000;

    private final MockUpstream mock = new MockUpstream(0);
    private final LoadGenerator load = new LoadGenerator("sk-test-key");

    @AfterEach
    void close() {
        load.close();
        mock.close();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void each_kind_of_answer_comes_whole_from_the_mock(Kind kind) {
        LoadResult result = load.run(new LoadPhase(Protocol.GEMINI, kind, mock.port(), 4, LONG_MILLIS, 8));

        assertThat(result.errors()).isZero();
        assertThat(result.calls()).isEqualTo(8);
        assertThat(result.events()).isEqualTo(8L * kind.events());
        assertThat(result.firstP50Nanos()).isPositive().isLessThanOrEqualTo(result.p50Nanos());
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void each_kind_of_answer_comes_whole_through_an_openai_door(Kind kind) throws IOException {
        try (PassThrough gateway = new PassThrough(0, "http://127.0.0.1:" + mock.port())) {
            LoadResult result = load.run(new LoadPhase(Protocol.OPENAI, kind, gateway.port(), 4, LONG_MILLIS, 8));

            assertThat(result.errors()).isZero();
            assertThat(result.calls()).isEqualTo(8);
        }
    }

    @Test
    void a_paced_answer_takes_its_time() {
        LoadResult result = load.run(new LoadPhase(Protocol.GEMINI, Kind.PACED, mock.port(), 1, LONG_MILLIS, 1));

        assertThat(result.p50Nanos()).isGreaterThan(480_000_000L);
    }

    @Test
    void a_phase_without_a_count_ends_when_its_time_is_up() {
        LoadResult result = load.run(new LoadPhase(Protocol.GEMINI, Kind.CALL, mock.port(), 2, 50, 0));

        assertThat(result.calls()).isPositive();
        assertThat(result.errors()).isZero();
    }

    @Test
    void refusals_are_errors_and_no_measurements() {
        LoadResult result = load.run(new LoadPhase(Protocol.OPENAI, Kind.CALL, mock.port(), 2, LONG_MILLIS, 10));

        assertThat(result.errors()).isEqualTo(10);
        assertThat(result.calls()).isZero();
    }

    @Test
    void a_target_that_only_fails_is_given_up() throws IOException {
        int nobody = Gateway.freePort();

        LoadResult result = load.run(new LoadPhase(Protocol.GEMINI, Kind.CALL, nobody, 64, LONG_MILLIS, 0));

        assertThat(result.errors()).isBetween(1_000L, 1_064L);
    }

    @Test
    void an_answer_cut_short_is_an_error() throws IOException {
        AtomicInteger asked = new AtomicInteger();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            asked.incrementAndGet();
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write("data: {\"text\":\"~\"}\n\n".getBytes(StandardCharsets.US_ASCII));
            exchange.close();
        });
        server.start();

        LoadResult result = load.run(
                new LoadPhase(Protocol.GEMINI, Kind.BURST, server.getAddress().getPort(), 1, LONG_MILLIS, 3));
        server.stop(0);

        assertThat(result.errors()).isEqualTo(3);
        assertThat(asked).hasValue(3);
    }

    @Test
    void a_phase_survives_being_written_as_a_line() {
        LoadPhase phase = new LoadPhase(Protocol.OPENAI, Kind.PACED, 8080, 64, 3_000, 7);

        assertThat(LoadPhase.parse(phase.line())).isEqualTo(phase);
    }

    @Test
    void nothing_but_loopback_is_called() {
        assertThatThrownBy(() -> LoadPhase.parse("openai call 192.0.2.1:80 1 1000"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("127.0.0.1");
    }
}
