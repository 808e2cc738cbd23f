package dev.tollgate.app;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.Postgres;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Servers that start at the same time. */
@Timeout(240)
class StartTogetherTest {

    @Test
    void three_servers_begin_an_empty_database_without_a_warning() {
        String url = Postgres.empty();
        try (LogCapture log = new LogCapture()) {
            List<CompletableFuture<Gateway>> starts = Stream.generate(() -> CompletableFuture.supplyAsync(
                            () -> Gateway.startOn(url, Map.of("TOLLGATE_OPERATOR_PASSWORD", "a long enough operator"))))
                    .limit(3)
                    .toList();
            starts.forEach(CompletableFuture::join);
            assertThat(log.text()).doesNotContain("a row of it exists");
            starts.forEach(start -> start.join().close());
        }
    }
}
