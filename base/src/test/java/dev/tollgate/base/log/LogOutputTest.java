package dev.tollgate.base.log;

import static dev.tollgate.testing.Asserts.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.LoggingEvent;
import dev.tollgate.testing.Deaths;
import dev.tollgate.testing.Shared;
import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What an operator reads, however much goes wrong and wherever it goes. */
@Timeout(30)
// A method that waits for it in the middle of its class goes on when all other classes have begun.
@ResourceLock(Shared.DEATHS)
class LogOutputTest {

    private static final Instant NOW = Instant.parse("2026-11-22T08:00:00Z");
    private static final JsonMapper JSON = new JsonMapper();
    private static final Logger ROOT = (Logger) LoggerFactory.getLogger("dev.tollgate.storage.Reports");

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5); // the clock may begin anywhere
    private final ByteArrayOutputStream paper = new ByteArrayOutputStream();
    private LogOutput output = started(paper);

    private LogOutput started(OutputStream out) {
        LogOutput made = new LogOutput(out, InstantSource.fixed(NOW), nanos::get);
        made.start();
        return made;
    }

    @AfterEach
    void stop() {
        output.stop();
    }

    private static LoggingEvent line(Level level, Event event, String message, Throwable thrown, Object... arguments) {
        LoggingEvent line = new LoggingEvent("x", ROOT, level, message, thrown, arguments);
        line.setInstant(NOW);
        if (event != Event.NOTE) {
            line.addMarker(event);
        }
        return line;
    }

    private void log(Event event, String message, Throwable thrown, Object... arguments) {
        output.doAppend(line(Level.ERROR, event, message, thrown, arguments));
    }

    private String text() {
        output.flush();
        return paper.toString(StandardCharsets.UTF_8);
    }

    private List<String> lines() {
        return text().lines().toList();
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private void await(String text) {
        await(() -> text().contains(text), text);
    }

    private static void await(BooleanSupplier isSo, String what) {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!isSo.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited in vain: %s", what).isLessThan(end);
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Test
    void an_event_writes_ten_lines_a_second_and_counts_the_rest() {
        for (int i = 0; i < 300; i++) {
            log(Event.UPSTREAM_FAILED, "task {}: failed", null, i);
        }
        log(Event.READY, "another event has a second of its own", null);

        assertThat(lines()).hasSize(11);
        pass(Duration.ofSeconds(1));
        await("290 more lines were left out: upstream_failed");
        for (int i = 0; i < 20; i++) {
            log(Event.UPSTREAM_FAILED, "task {}: failed", null, i);
        }
        assertThat(lines()).as("the count was the first of ten").hasSize(12 + 9);
    }

    @Test
    void lines_without_event_count_by_sentence_and_request_lines_always_appear() {
        for (int i = 0; i < 300; i++) {
            log(Event.NOTE, "one thing happened to {}", null, i);
            log(Event.NOTE, "another happened to {}", null, i);
            log(Event.ACCESS, "GET /v1/models", null, i);
        }

        assertThat(lines()).hasSize(10 + 10 + 300);
    }

    @Test
    void sentences_that_never_repeat_do_not_fill_the_memory() {
        IntStream.range(0, 10 * Throttle.KEYS_MAX).forEach(i -> log(Event.NOTE, "a library names " + i, null));

        assertThat(lines()).hasSizeBetween(Throttle.KEYS_MAX, Throttle.KEYS_MAX + Throttle.LINES_MAX);
    }

    @Test
    void one_stack_trace_a_minute_tells_of_a_store_that_is_away_and_the_other_lines_name_their_cause() {
        for (int i = 0; i < 5; i++) {
            log(
                    Event.STORE_UNAVAILABLE,
                    "attempt {} failed",
                    new IllegalStateException("told on the way", new IOException("refused " + i)),
                    i);
        }
        assertThat(lines().stream().filter(line -> line.startsWith("java.lang.IllegalStateException")))
                .hasSize(1);
        assertThat(text()).contains("attempt 4 failed (IOException: refused 4)");
        pass(Duration.ofSeconds(59));
        log(Event.STORE_UNAVAILABLE, "attempt {} failed", new IllegalStateException("at another place"), 5);
        assertThat(lines().stream().filter(line -> line.startsWith("java.lang.IllegalStateException")))
                .hasSize(1);
        pass(Duration.ofSeconds(1));
        log(Event.STORE_UNAVAILABLE, "attempt {} failed", new IllegalStateException("later"), 5);
        assertThat(lines().stream().filter(line -> line.startsWith("java.lang.IllegalStateException")))
                .hasSize(2);
    }

    @Test
    void a_failure_to_record_calls_logs_once_a_minute_per_cause() {
        String sentence = "the store did not take a unit of work";
        for (int i = 0; i < 300; i++) {
            log(Event.STORE_UNAVAILABLE, sentence, new IOException("full"));
        }
        log(Event.STORE_UNAVAILABLE, sentence, new IOException("broken"));
        log(Event.STORE_UNAVAILABLE, "task {}: nothing could be given back", new IOException("full"), "t1");
        assertThat(lines().stream().filter(line -> line.contains(sentence)))
                .as("one for each cause")
                .hasSize(2);
        assertThat(text()).as("what names its call").contains("task t1: nothing");

        pass(Duration.ofSeconds(59));
        log(Event.STORE_UNAVAILABLE, sentence, new IOException("full"));
        assertThat(text()).doesNotContain("left out");
        pass(Duration.ofSeconds(1));
        await("300 more lines were left out: store_unavailable");
    }

    @Test
    void faults_of_two_kinds_show_a_stack_trace_each() {
        for (int i = 0; i < 3; i++) {
            log(Event.REQUEST_FAULT, "request {} failed", new IllegalStateException("one"), i);
            log(Event.REQUEST_FAULT, "request {} failed", new IllegalArgumentException("other"), i);
        }

        assertThat(lines().stream().filter(line -> line.startsWith("java.lang.Illegal")))
                .hasSize(2);
    }

    @Test
    void a_line_of_json_has_the_fields_that_are_known_and_no_others() {
        output.format(LogFormat.JSON);
        output.identity(() -> "nod_1", "1.2.3");
        output.doAppend(line(
                Level.WARN,
                Event.SHORTFALL,
                "task {}: too much\r\n\"{}\"",
                new IOException("why\nnot"),
                "t1",
                "\u001b[2J\u2028",
                LogFields.task("t1").ofAccount("acc_1").of("gemini-3-pro", "a")));

        JsonNode line = JSON.readTree(text());

        assertThat(text().lines()).hasSize(1);
        assertThat(line.propertyNames())
                .containsExactly(
                        "time", "level", "event", "message", "node", "version", "task_id", "account", "model",
                        "channel");
        assertThat(line.get("time").asString()).isEqualTo("2026-11-22T08:00:00.000Z");
        assertThat(line.get("level").asString()).isEqualTo("warn");
        assertThat(line.get("event").asString()).isEqualTo("shortfall");
        assertThat(line.get("message").asString())
                .startsWith("task t1: too much\\r\\n\"\\u001b[2J\\u2028\"\njava.io.IOException: why\\nnot\n\tat ");
    }

    @Test
    void the_access_line_has_the_result_of_the_request() {
        output.format(LogFormat.JSON);
        output.doAppend(line(
                Level.INFO,
                Event.ACCESS,
                "text",
                null,
                new LogFields.Access(
                        "req_1",
                        "acc_1",
                        "POST",
                        "/v1/chat/completions",
                        200,
                        120,
                        30,
                        4_567,
                        "192.0.2.0/24",
                        null,
                        new CallNotes("t1", "gemini-3-pro", "a", 10, 20, 300, 2))));

        assertThat(JSON.readTree(text())).isEqualTo(JSON.readTree("""
                                {"time":"2026-11-22T08:00:00.000Z","level":"info","event":"access","message":"text",
                                "request_id":"req_1","task_id":"t1","account":"acc_1","route":"POST /v1/chat/completions","status":200,"ms":120,
                                "model":"gemini-3-pro","channel":"a","bytes":4567,"first_byte_ms":30,"address":"192.0.2.0/24",
                                "input_tokens":10,"output_tokens":20,"charged_microcredits":300,"attempts":2}"""));
    }

    @Test
    void messages_of_what_was_thrown_write_no_line_of_their_own() {
        String evil = "\u001b[2J\r\nForged: line\u009b\u202e\u200f\u2029";
        IllegalStateException thrown = new IllegalStateException(evil, new IOException(evil));
        thrown.addSuppressed(new IllegalArgumentException(evil));

        log(Event.NOTE, "it {} failed", thrown, evil);
        log(Event.NOTE, "it {} failed", thrown, evil);

        assertThat(text())
                .contains(
                        "it \\u001b[2J\\r\\nForged: line\\u009b\\u202e\\u200f\\u2029 failed",
                        "java.lang.IllegalStateException: \\u001b[2J\\r\\nForged",
                        "Caused by: java.io.IOException: \\u001b[2J\\r\\nForged",
                        "Suppressed: java.lang.IllegalArgumentException: \\u001b[2J\\r\\nForged",
                        "failed (IOException: \\u001b[2J\\r\\nForged",
                        "\tat " + LogOutputTest.class.getName());
        assertThat(lines()).noneMatch(each -> each.startsWith("Forged"));
        assertThat(text()).doesNotContain("\u001b", "\r", "\u009b", "\u202e", "\u2029");
    }

    @Test
    void a_message_that_would_fill_the_disk_is_cut() {
        log(Event.NOTE, "x".repeat(1 << 20), null);

        assertThat(text()).hasSizeLessThan(20_000);
    }

    /** On a disk that is full every write fails. */
    private static final class FullDisk extends OutputStream {

        private final OutputStream full;
        private final OutputStream room;
        private volatile boolean hasRoom;

        FullDisk(OutputStream room) throws IOException {
            this.full = new FileOutputStream("/dev/full");
            this.room = room;
        }

        @Override
        public void write(int b) throws IOException {
            (hasRoom ? room : full).write(b);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            (hasRoom ? room : full).write(bytes, from, length);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void lines_for_which_the_disk_has_no_room_are_dropped_and_counted_once_there_is_some() throws IOException {
        assertThat(Files.exists(Path.of("/dev/full"))).isTrue();
        FullDisk disk = new FullDisk(paper);
        output = started(disk);
        log(Event.NOTE, "one", null);
        log(Event.NOTE, "two", null);
        output.flush();
        assertThat(output.lost()).isEqualTo(2);
        disk.hasRoom = true;
        log(Event.NOTE, "three", null);

        assertThat(lines().stream().filter(line -> !line.isEmpty()))
                .hasSize(2)
                .element(1)
                .asString()
                .contains("2 lines of the log could not be written and are lost");
    }

    @Test
    void a_line_of_its_own_that_cannot_be_made_is_lost_and_those_after_it_are_written() {
        output.format(LogFormat.JSON);
        output.identity(
                () -> {
                    if (Thread.currentThread().getName().equals("tollgate-log")) {
                        throw new IllegalStateException("no node yet");
                    }
                    return "";
                },
                "1.2.3");
        IntStream.range(0, 30).forEach(i -> log(Event.UPSTREAM_FAILED, "task {}: failed", null, i));
        assertThat(lines()).hasSize(10);
        pass(Duration.ofSeconds(1));
        await(() -> output.lost() > 0, "a line that is lost");
        output.identity(() -> "nod_1", "1.2.3");
        log(Event.READY, "it goes on", null);

        await("it goes on");
        await("1 lines of the log could not be written and are lost");
    }

    @Test
    void an_error_that_ends_the_thread_that_writes_ends_the_process() {
        try (Deaths deaths = new Deaths()) {
            output = started(new OutputStream() {
                @Override
                public void write(int b) {
                    throw new NoClassDefFoundError("of a file that was replaced");
                }
            });
            log(Event.NOTE, "one", null);
            await(() -> !deaths.causes().isEmpty(), "the end");

            assertThat(deaths.causes().peek())
                    .hasMessage("the log has ended")
                    .hasRootCauseInstanceOf(NoClassDefFoundError.class);
        }
    }

    /** The output is not read until then. */
    private OutputStream slow(CountDownLatch reads) {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                try {
                    reads.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                paper.write(bytes, from, length);
            }
        };
    }

    @Test
    void logging_does_not_wait_for_a_stopped_reader() {
        CountDownLatch reads = new CountDownLatch(1);
        output = started(slow(reads));
        for (int i = 0; i < 20_000; i++) {
            log(Event.ACCESS, "GET /v1/models", null);
        }
        assertThat(output.lost()).isBetween(10_000L, 12_000L);
        reads.countDown();
        await("lines of the log could not be written and are lost");
        log(Event.ACCESS, "told once", null);
        assertThat(lines().stream().filter(line -> line.contains("are lost"))).hasSize(1);
    }

    @Test
    void long_lines_that_wait_are_bounded_by_their_bytes_and_those_that_are_written_make_room() {
        CountDownLatch reads = new CountDownLatch(1);
        output = started(slow(reads));
        String line = "x".repeat(15_000);
        for (int i = 0; i < 1_000; i++) {
            log(Event.ACCESS, line, null);
        }
        assertThat(output.lost()).isBetween(700L, 800L);
        reads.countDown();
        output.flush();
        for (int i = 0; i < 200; i++) {
            log(Event.ACCESS, line, null);
        }
        output.flush();
        assertThat(output.lost()).as("there is room again").isBetween(700L, 800L);
    }

    @Test
    void what_is_logged_is_counted_by_its_level_though_it_is_left_out() {
        for (int i = 0; i < 30; i++) {
            output.doAppend(line(Level.WARN, Event.SHORTFALL, "again", null));
        }
        log(Event.NOTE, "once", null);

        assertThat(List.of(output.errors(), output.warnings(), output.others())).containsExactly(1L, 30L, 0L);
    }

    @Test
    void the_documentation_names_every_event() throws IOException {
        String manual = Files.readString(Path.of("docs/monitoring.md"));
        String list = manual.substring(manual.indexOf("<!-- events -->"), manual.indexOf("<!-- /events -->"));

        assertThat(Pattern.compile("`(\\w+)`").matcher(list).results().map(word -> word.group(1)))
                .containsExactly(Arrays.stream(Event.values()).map(Event::word).toArray(String[]::new));
    }
}
