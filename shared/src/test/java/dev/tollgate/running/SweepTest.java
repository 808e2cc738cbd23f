package dev.tollgate.running;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.storage.StoreException;
import dev.tollgate.testing.LogCapture;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SweepTest {

    @Test
    void a_sweep_ends_with_a_line_when_the_database_fails() {
        try (LogCapture log = new LogCapture()) {
            new Sweep("sweep-somewhat", Duration.ofDays(1), () -> {
                        throw new StoreException("the disk is full", new SQLException());
                    })
                    .run();
            assertThat(log.text()).contains("sweep-somewhat was not done", "the disk is full");
        }
    }
}
