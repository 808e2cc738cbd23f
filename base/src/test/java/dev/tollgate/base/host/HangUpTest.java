package dev.tollgate.base.host;

import static dev.tollgate.testing.Asserts.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import sun.misc.Signal;

/** In processes of their own: whether a process may hear the signal is decided where it is started. */
class HangUpTest {

    private static final int HEARD = 10;
    private static final int IGNORED = 11;

    @Test
    void the_signal_runs_the_action_and_does_not_end_the_process() throws Exception {
        assertThat(exitOf("--default-signal=HUP")).isEqualTo(HEARD);
    }

    @Test
    void a_process_that_was_started_to_ignore_the_signal_says_so_and_lives_on() throws Exception {
        assertThat(exitOf("--ignore-signal=HUP")).isEqualTo(IGNORED);
    }

    private static int exitOf(String disposition) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        "env",
                        disposition,
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Raising.class.getName())
                .inheritIO()
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    /** Raises the signal twice. */
    static final class Raising {

        public static void main(String[] args) throws InterruptedException {
            CountDownLatch runs = new CountDownLatch(2);
            boolean heard = Signals.onHangUp(runs::countDown);
            Signal.raise(new Signal("HUP"));
            Signal.raise(new Signal("HUP"));
            if (heard) {
                System.exit(runs.await(10, TimeUnit.SECONDS) ? HEARD : 1);
            }
            System.exit(IGNORED);
        }
    }
}
