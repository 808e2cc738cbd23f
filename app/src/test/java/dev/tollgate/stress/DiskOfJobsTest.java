package dev.tollgate.stress;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Await;
import dev.tollgate.testing.BatchClient;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;

/** The disk that an account fills with work that costs it next to nothing: what some of it takes, multiplied to a day. */
@Timeout(1_200)
@EnabledIf("dev.tollgate.testing.Effort#isLong")
class DiskOfJobsTest {

    private static final long DAY_BYTES_MAX = 250_000_000;

    /** The creations of batches that an account has in a day. */
    private static final int BATCHES = 200;

    private static final int TRIED = 10;
    private static final String LINE =
            "{\"custom_id\":\"i%d\",\"url\":\"/v1/chat/completions\",\"body\":{\"model\":\"gemini-2.5-flash\",\"max_tokens\":1%s,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}}\n";

    private Gateway gateway;
    private Customer customer;

    @BeforeEach
    void start() {
        gateway = Gateway.start();
        customer = gateway.customer("1000");
        gateway.script(UpstreamScript.answers().text("Done.").finish("STOP", new Tokens(1, 1, 0)));
    }

    @AfterEach
    void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    /** The pages of the database that are in use, in bytes. */
    private long used() {
        return gateway.number("SELECT (SELECT page_count FROM pragma_page_count())"
                + " * (SELECT page_size FROM pragma_page_size())"
                + " - (SELECT freelist_count FROM pragma_freelist_count())"
                + " * (SELECT page_size FROM pragma_page_size())");
    }

    private void assertFits(String what, long bytes, long inADay) {
        System.out.printf("%s: %,d bytes, in a day %,d%n", what, bytes, inADay);
        assertThat(inADay).as(what).isLessThan(DAY_BYTES_MAX);
    }

    private void batch(int refused, int answered) {
        String lines = IntStream.rangeClosed(1, refused + answered)
                .mapToObj(i -> LINE.formatted(i, i <= refused ? ",\"n\":99" : ""))
                .collect(Collectors.joining());
        new BatchClient(gateway, customer.key()).create(lines);
        Await.until(
                Duration.ofMinutes(5),
                "the end",
                () -> gateway.number("SELECT COUNT(*) FROM job WHERE state = 'open'") == 0);
    }

    @Test
    void two_hundred_batches_of_refused_lines_fit_into_a_day() {
        batch(1_000, 0);
        long before = used();
        for (int i = 0; i < TRIED; i++) {
            batch(1_000, 0);
        }
        long bytes = used() - before;
        assertFits(TRIED + " batches of 1,000 refused lines", bytes, bytes / TRIED * BATCHES);
    }

    @Test
    void two_hundred_batches_with_an_answer_to_999_errors_fit_into_a_day() {
        batch(999, 1);
        long before = used();
        for (int i = 0; i < TRIED; i++) {
            batch(999, 1);
        }
        long bytes = used() - before;
        assertFits(TRIED + " batches of an answer and 999 refused lines", bytes, bytes / TRIED * BATCHES);
    }

    @Test
    void six_hundred_cancelled_answers_a_minute_fit_into_a_day() {
        gateway.script("- respond: [{delay_ms: 60000}]");
        cancelled(2);
        long before = used();
        cancelled(4);
        long bytes = used() - before;
        assertFits("2,400 cancelled answers in four minutes", bytes, bytes / 4 * TimeUnit.DAYS.toMinutes(1));
    }

    private void cancelled(int minutes) {
        long begun = System.nanoTime();
        for (int i = 0; i < 600 * minutes; i++) {
            LockSupport.parkNanos(begun + TimeUnit.MILLISECONDS.toNanos(100L * i) - System.nanoTime());
            Reply made = gateway.post(
                    "/v1/responses",
                    "{\"model\":\"gemini-2.5-flash\",\"input\":\"Hi\",\"background\":true}",
                    customer.key());
            assertThat(made.status()).as(made.text()).isEqualTo(200);
            String path = "/v1/responses/" + made.json().path("id").asString() + "/cancel";
            assertThat(gateway.post(path, "", customer.key()).status()).isEqualTo(200);
        }
    }
}
