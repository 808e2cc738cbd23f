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
import org.junit.jupiter.api.Timeout;
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
    @EnumSource(
            value = Kind.class,
            names = {"LEAVE", "CROWD", "UNSHOWN", "BURST_RESPONSES", "AGENT_RESPONSES"
            }, // these repeat their texts at their own door
            mode = EnumSource.Mode.EXCLUDE)
    void each_kind_of_answer_comes_whole_from_the_mock(Kind kind) {
        LoadResult result = load.run(new LoadPhase(Protocol.GEMINI, kind, mock.port(), 4, LONG_MILLIS, 8));

        assertThat(result.errors()).isZero();
        assertThat(result.calls()).isEqualTo(8);
        int requests = kind.isSession() ? Session.bodies(kind).size() : 1;
        assertThat(result.events()).isEqualTo(8L * requests * kind.events());
        assertThat(result.firstP50Nanos()).isPositive().isLessThanOrEqualTo(result.p50Nanos());
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"LEAVE", "CROWD", "UNSHOWN", ".*_MESSAGES", ".*_RESPONSES"},
            mode = EnumSource.Mode.MATCH_NONE)
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
    void the_upstream_hears_of_each_departure_between_two_events_and_in_silence() {
        LoadResult result = load.run(leave(mock.port(), 4, LONG_MILLIS, 20, mock.port()));

        assertThat(result.errors()).isZero();
        assertThat(result.calls()).isEqualTo(20);
        assertThat(result.p50Nanos()).isLessThanOrEqualTo(result.p99Nanos());
        assertThat(result.p99Nanos()).isLessThanOrEqualTo(result.maxNanos());
        assertThat(result.maxNanos()).isBetween(1L, 5_000_000_000L);
        assertThat(result.firstP50Nanos()).isPositive();
    }

    @Test
    void a_departure_is_measured_from_the_callers_closing_to_the_upstreams() throws IOException {
        int delayMillis = 150;
        try (Forwarder slow = new Forwarder(mock.port(), delayMillis)) {
            LoadResult result = load.run(leave(slow.port(), 2, LONG_MILLIS, 6, mock.port()));

            assertThat(result.errors()).isZero();
            assertThat(result.calls()).isEqualTo(6);
            assertThat(result.p50Nanos()).isBetween(delayMillis * 1_000_000L, 5_000_000_000L);
        }
    }

    @Test
    void a_door_that_notices_departures_only_when_it_writes_errs_where_the_upstream_is_silent() throws IOException {
        try (LoadGenerator impatient = new LoadGenerator("sk-test-key", 1_000);
                PassThrough gateway = new PassThrough(0, "http://127.0.0.1:" + mock.port())) {
            LoadResult result =
                    impatient.run(new LoadPhase(Protocol.OPENAI, Kind.LEAVE, gateway.port(), 4, 1_000, 8, mock.port()));

            assertThat(result.calls()).isEqualTo(4);
            assertThat(result.errors()).isEqualTo(4);
        }
    }

    @Test
    void departures_that_nobody_tells_of_are_an_error() throws IOException {
        int nobody = Gateway.freePort();

        LoadResult result = load.run(leave(mock.port(), 2, LONG_MILLIS, 4, nobody));

        assertThat(result.errors()).isEqualTo(1);
        assertThat(result.calls()).isZero();
    }

    @Test
    @Timeout(30)
    void a_mock_that_ends_in_the_middle_is_an_error_and_not_waited_for() throws IOException {
        MockUpstream brief = new MockUpstream(0);
        try (Forwarder door = new Forwarder(brief.port(), 0)) {
            door.afterConnections(6, brief::close);

            LoadResult result = load.run(leave(door.port(), 2, LONG_MILLIS, 0, brief.port()));

            assertThat(result.errors()).isPositive();
        }
    }

    @Test
    void a_phase_of_departures_survives_being_written_as_a_line() {
        LoadPhase phase = leave(8080, 64, 3_000, 7, 9_000);

        assertThat(LoadPhase.parse(phase.line())).isEqualTo(phase);
    }

    @Test
    void departures_are_not_measured_without_the_mock() {
        assertThatThrownBy(() -> LoadPhase.parse("openai leave 127.0.0.1:8080 1 1000"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("mock");
    }

    private static LoadPhase leave(int port, int connections, int millis, int calls, int mockPort) {
        return new LoadPhase(Protocol.GEMINI, Kind.LEAVE, port, connections, millis, calls, mockPort);
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
