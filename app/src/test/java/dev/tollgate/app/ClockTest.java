package dev.tollgate.app;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.config.Settings;
import dev.tollgate.base.config.SettingsLoader;
import dev.tollgate.serving.Surroundings;
import dev.tollgate.storage.CannotOpen;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.Today;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClockTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1969-07-20T20:17:40Z",
                "1970-01-01T00:00:00Z",
                "2019-12-31T23:59:59Z",
                "2200-01-01T00:00:01Z",
                "9999-12-31T23:59:59Z",
                "+10000-01-01T00:00:00Z",
                "+1000000000-12-31T23:59:59.999999999Z"
            })
    void a_clock_that_cannot_be_right_stops_the_start_with_a_sentence_and_nothing_is_made(String says) {
        Path data = folder.resolve("data");
        Settings settings = SettingsLoader.load(Map.of("port", "0", "data", data.toString()), Map.<String, String>of());
        Surroundings surroundings = Surroundings.REAL.with(it -> it.clock = () -> Instant.parse(says));
        assertThatThrownBy(() -> App.start(settings, surroundings).close())
                .isInstanceOf(CannotOpen.class) // the command line shows it unchanged
                .hasMessage("The clock of this machine says " + Instant.parse(says)
                        + ", which is impossible. Set the clock and start again.");
        assertThat(data).doesNotExist();
    }

    @Test
    void a_clock_behind_the_newest_call_is_a_warning_at_the_start() {
        try (Gateway gateway = Gateway.start();
                LogCapture log = new LogCapture()) {
            gateway.chat("""
                    {"model":"gemini-2.5-pro","stream":false,"messages":[{"role":"user","content":"Hi"}]}""");
            Instant now = Today.instant();
            gateway.setNow(now.plusSeconds(60));
            gateway.restart();
            assertThat(log.text()).doesNotContain("set the clock");
            Instant before = now.minus(Duration.ofHours(2));
            gateway.setNow(before);
            gateway.restart();
            assertThat(log.text()).contains("the clock of this machine says " + before, "set the clock");
        }
    }
}
