package dev.tollgate.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AllocatedBytesTest {
    private static final long MEBIBYTES = 64;
    private static final long BYTES = MEBIBYTES << 20;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void stop() {
        started.forEach(Process::destroyForcibly);
    }

    @ParameterizedTest
    @ValueSource(strings = {"platform", "virtual"})
    void what_threads_that_have_ended_allocated_is_counted_though_it_was_collected(String threads) throws Exception {
        Process other = start("-Xmx32m", "-XX:+UseSerialGC");
        AllocatedBytes bytes = AllocatedBytes.of(other.pid());
        long before = bytes.read();

        tell(other, threads);

        assertThat(bytes.read() - before).isBetween(BYTES, BYTES + (4 << 20));
    }

    @Test
    void asking_costs_little() throws Exception {
        AllocatedBytes bytes = AllocatedBytes.of(start("-Xmx32m").pid());
        long before = bytes.read();

        assertThat(bytes.read() - before).isBetween(0L, 1L << 20);
    }

    @Test
    void a_jvm_that_lets_nobody_attach_is_not_asked() throws Exception {
        long pid = start("-XX:+DisableAttachMechanism").pid();

        assertThatThrownBy(() -> AllocatedBytes.of(pid)).isInstanceOf(IOException.class);
    }

    @Test
    void a_process_that_has_ended_is_said_to_have() throws Exception {
        Process other = start("-Xmx32m");
        AllocatedBytes bytes = AllocatedBytes.of(other.pid());

        other.destroyForcibly().waitFor();

        assertThatThrownBy(bytes::read).hasMessageContaining("no longer says");
    }

    @Test
    @Timeout(60)
    void a_jvm_that_hangs_is_not_waited_for() throws Exception {
        Process other = start("-Xmx32m");
        AllocatedBytes bytes = AllocatedBytes.of(other.pid());

        new ProcessBuilder("kill", "-STOP", Long.toString(other.pid())).start().waitFor();

        assertThatThrownBy(bytes::read).hasMessageContaining("no longer says");
    }

    private Process start(String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(Jvm.java()));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", Path.of("target", "test-classes").toString(), Allocating.class.getName()));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        started.add(process);
        assertThat(process.inputReader().readLine()).isEqualTo("ready");
        return process;
    }

    private static void tell(Process process, String threads) throws IOException {
        process.outputWriter().append(threads).append('\n').flush();
        assertThat(process.inputReader().readLine()).isEqualTo("done");
    }

    /** The other JVM: for each line it allocates {@link #MEBIBYTES}, one at a time, each on a thread of its own that then ends. */
    static final class Allocating {
        private static volatile byte[] last = {};

        private Allocating() {}

        public static void main(String[] args) throws Exception {
            BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
            System.out.println("ready");
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Thread.Builder threads = line.equals("virtual") ? Thread.ofVirtual() : Thread.ofPlatform();
                for (int i = 0; i < MEBIBYTES; i++) {
                    threads.start(() -> last = new byte[1 << 20]).join();
                }
                System.out.println("done");
            }
        }
    }
}
