package dev.tollgate.http.engine;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.http.HttpLimits;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The time limits of a body, with a clock that the test advances. A window is 30 s, and the least speed 1 KiB/s. */
class BodyPaceTest {

    private static final HttpLimits LIMITS = HttpLimits.defaults();
    private static final Duration MOMENT = Duration.ofMillis(1);
    private static final int ENOUGH = 30 * 1024;

    private long nanos = Long.MAX_VALUE - 1;
    private final BodyPace pace = new BodyPace(LIMITS, () -> nanos);
    private final EmbeddedChannel channel = new EmbeddedChannel(pace);

    @BeforeEach
    void head() {
        channel.writeInbound(new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/v1/x"));
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private void send(int bytes) {
        channel.writeInbound(new DefaultHttpContent(Unpooled.wrappedBuffer(new byte[bytes])));
    }

    private void wait(Duration time) {
        nanos += time.toNanos();
    }

    private void waitAWindow() {
        wait(LIMITS.bodyWindow());
    }

    private void assertInTime() {
        assertThat(pace.late()).isNull();
    }

    private void assertTooSlow() {
        assertThat(pace.late()).isEqualTo("The request body arrived too slowly.");
    }

    @Test
    void a_body_is_too_slow_when_a_whole_window_brings_less_than_the_least_speed() {
        pace.start(LIMITS.bodyTime());
        send(ENOUGH);
        waitAWindow();
        assertInTime();
        send(ENOUGH - 1);
        wait(LIMITS.bodyWindow().minus(MOMENT));
        assertInTime();
        wait(MOMENT);
        assertTooSlow();
    }

    @Test
    void a_body_that_is_never_too_slow_has_its_time_all_the_same() {
        pace.start(LIMITS.bodyTime());
        for (int i = 0; i < 4; i++) {
            send(ENOUGH);
            waitAWindow();
            assertInTime();
        }
        wait(MOMENT);
        assertThat(pace.late()).isEqualTo("The request body did not arrive within 120 seconds.");
    }

    @Test
    void a_caller_is_not_slow_while_the_server_does_not_read() {
        pace.start(LIMITS.bodyTime());
        wait(LIMITS.bodyWindow().minus(MOMENT));
        channel.config().setAutoRead(false);
        send(1);
        waitAWindow();
        assertInTime();
        waitAWindow();
        channel.config().setAutoRead(true);
        assertInTime();
        wait(MOMENT);
        assertTooSlow();
    }

    @Test
    void a_reader_that_asks_for_each_read_itself_is_waited_for_too() {
        channel.config().setAutoRead(false);
        pace.start(LIMITS.bodyTime());
        send(1);
        waitAWindow();
        assertInTime();
        channel.read();
        waitAWindow();
        assertTooSlow();
    }

    @Test
    void before_a_body_is_waited_for_its_caller_is_not_slow_and_what_has_come_counts() {
        send(ENOUGH);
        wait(Duration.ofHours(1));
        assertInTime();
        pace.start(LIMITS.bodyTime());
        waitAWindow();
        assertInTime();
        waitAWindow();
        assertTooSlow();
    }

    @Test
    void a_complete_body_is_not_late_and_the_next_starts_again() {
        pace.start(LIMITS.bodyTime());
        channel.writeInbound(new DefaultLastHttpContent(Unpooled.wrappedBuffer(new byte[ENOUGH])));
        wait(Duration.ofHours(1));
        assertInTime();
        pace.start(LIMITS.bodyTime());
        wait(Duration.ofHours(1));
        assertInTime();
        head();
        pace.start(LIMITS.bodyTime());
        waitAWindow();
        assertTooSlow();
    }
}
