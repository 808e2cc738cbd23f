package dev.tollgate.protocols.batches;

import static dev.tollgate.protocols.batches.DrivenBatch.MODEL;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Postgres;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Batches of two servers over one database. */
@Timeout(240)
class TwoServersBatchTest {

    private static final String BODY = DrivenBatch.chat(MODEL, "Hi", ",\"max_tokens\":1000");

    private Gateway one;
    private Gateway two;
    private Customer customer;

    @BeforeEach
    void start() {
        String url = Postgres.migrated();
        one = Gateway.startOn(url, "timeouts.drain", "0ms");
        two = Gateway.startOn(url, "timeouts.drain", "0ms");
        customer = one.customer("1000");
    }

    @AfterEach
    void stop() {
        two.assertBooksAreClosed();
        two.close();
        one.close();
    }

    private void answerIn(int millis) {
        one.script(DrivenBatch.answer(millis));
        two.script(DrivenBatch.answer(millis));
    }

    @Test
    void a_batch_is_cancelled_at_both_servers_and_ends_once() {
        answerIn(2_500);
        DrivenBatch batch = DrivenBatch.of(one, customer, 12, BODY);
        Gateway.await("a hold", () -> two.number("SELECT COUNT(*) FROM open_hold") > 0);
        List<CompletableFuture<Gateway.Reply>> replies = Stream.of(one, two, one, two)
                .map(server ->
                        CompletableFuture.supplyAsync(() -> batch.at(server).cancel(), command -> Thread.ofVirtual()
                                .start(command)))
                .toList();
        for (CompletableFuture<Gateway.Reply> reply : replies) {
            assertThat(reply.join().json().path("status").asString()).isIn("cancelling", "cancelled");
        }
        assertThat(batch.at(two).ended().path("status").asString()).isEqualTo("cancelled");
        assertThat(batch.at(one).answers()).hasSizeBetween(1, 4);
        assertThat(batch.errors().size() + batch.answers().size()).isEqualTo(12);
        batch.assertAddsUp();
    }
}
