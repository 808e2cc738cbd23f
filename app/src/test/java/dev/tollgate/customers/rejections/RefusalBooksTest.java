package dev.tollgate.customers.rejections;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.customers.figures.KeyFilter;
import dev.tollgate.customers.rejections.RefusalBooks.OfKey;
import dev.tollgate.customers.rejections.RefusalBooks.Sum;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.CustomersFixture;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.Stores;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The counts of refused calls. */
@Timeout(120)
class RefusalBooksTest {

    private static final int CALLS = 30;
    private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");

    @TempDir
    Path folder;

    /** The load asks both servers of a PostgreSQL; one restarts in between, and both have stopped before the rows are counted. */
    @ParameterizedTest
    @EnumSource(Stores.class)
    void the_books_count_each_answer_that_refused_a_call(Stores stores) {
        if (stores == Stores.SQLITE) {
            try (Gateway one = Gateway.start()) {
                load(one, one);
            }
        } else {
            String url = Postgres.migrated();
            try (Gateway one = Gateway.startOn(url);
                    Gateway two = Gateway.startOn(url)) {
                load(one, two);
            }
        }
    }

    private static void load(Gateway one, Gateway two) {
        Customer customer = one.customer("10");
        Map<String, Long> answers = load(one, two, customer);
        one.restart();
        load(one, two, customer).forEach((code, calls) -> answers.merge(code, calls, Long::sum));
        two.restart();
        one.restart();
        assertThat(answers).hasSizeGreaterThan(1);
        answers.forEach(
                (code, calls) -> assertThat(one.number("SELECT COALESCE(SUM(calls), 0) FROM refusal WHERE code = '"
                                + code + "' AND account_id = '" + customer.account() + "' AND key_id = '"
                                + customer.keyId() + "'"))
                        .as(code)
                        .isEqualTo(calls));
        assertThat(one.number("SELECT SUM(calls) FROM refusal"))
                .as("a key that does not exist counts for nobody")
                .isEqualTo(answers.values().stream().mapToLong(Long::longValue).sum());
    }

    /** Returns the numbers of refusing answers by their code. */
    private static Map<String, Long> load(Gateway one, Gateway two, Customer customer) {
        List<CompletableFuture<Reply>> replies = new ArrayList<>();
        for (int i = 0; i < CALLS; i++) {
            Gateway server = i % 2 == 0 ? one : two;
            Customer there = new Customer(server, customer.account(), customer.keyId(), customer.key());
            String model = i % 3 == 0 ? "none" : "gemini-2.5-pro";
            replies.add(there.chatAside("{\"model\":\"" + model + "\",\"max_tokens\":" + (i % 3 == 1 ? -1 : 5)
                    + ",\"messages\":[{\"role\":\"user\",\"content\":\"Hello.\"}]}"));
            server.post("/v1/chat/completions", "{}", "sk-" + "0".repeat(64));
        }
        return replies.stream()
                .map(CompletableFuture::join)
                .filter(reply -> reply.status() >= 400)
                .collect(Collectors.groupingBy(
                        reply -> reply.json().get("error").get("code").asString(), Collectors.counting()));
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void counts_are_kept_for_100_days(Stores stores) {
        try (CustomersFixture store = stores.open(folder, CustomersFixture::new)) {
            store.account("acc_1", 0);
            RefusalBooks books = new RefusalBooks(store.database, store.writer, () -> NOON);
            for (int i = 0; i < 600; i++) {
                books.count(call("key_" + i, NOON.minus(Duration.ofDays(101))));
            }
            books.count(call("key_1", NOON.minus(Duration.ofDays(99))));
            books.flush();
            books.sweep();
            assertThat(books.byKey("acc_1", KeyFilter.ALL, Instant.EPOCH, NOON))
                    .isEqualTo(List.of(new Sum("key_1", "invalid_request", 1)));
        }
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void counts_of_keys_begin_with_the_latest(Stores stores) {
        try (CustomersFixture store = stores.open(folder, CustomersFixture::new)) {
            store.account("acc_1", 0);
            RefusalBooks books = new RefusalBooks(store.database, store.writer, () -> NOON);
            for (int hours : new int[] {0, 20, 50}) {
                books.count(call("key_1", NOON.minus(Duration.ofHours(hours))));
            }
            books.count(call("key_2", NOON.minus(Duration.ofHours(2))));
            books.flush();
            assertThat(books.keys("acc_1", KeyFilter.ALL))
                    .isEqualTo(List.of(
                            new OfKey("acc_1", "key_1", "invalid_request", NOON, 1, 2, 3),
                            new OfKey("acc_1", "key_2", "invalid_request", NOON.minus(Duration.ofHours(2)), 0, 1, 1)));
            assertThat(books.ofLastDay()).extracting(OfKey::calls).containsExactly(2L, 1L);
        }
    }

    @Test
    void a_flood_of_refusals_is_one_row_in_flat_memory() {
        try (CustomersFixture store = new CustomersFixture(folder)) {
            store.account("acc_1", 0);
            RefusalBooks books = new RefusalBooks(store.database, store.writer, () -> NOON);
            for (int i = 0; i < 20_000; i++) {
                books.count(call("key_1", NOON));
            }
            books.flush();
            assertThat(books.counts("acc_1").lastHour()).isEqualTo(Map.of("invalid_request", 20_000L));
            assertThat(store.number("SELECT COUNT(*) FROM refusal")).isEqualTo(1);
        }
    }

    @Test
    void keys_beyond_200_rows_of_an_account_share_one() {
        try (CustomersFixture store = new CustomersFixture(folder)) {
            store.account("acc_1", 0);
            RefusalBooks books = new RefusalBooks(store.database, store.writer, () -> NOON);
            for (int i = 0; i < 3 * RefusalBooks.ROWS_MAX; i++) {
                books.count(call("key_of_many_" + i % 500, NOON));
                books.flush();
            }
            List<Sum> sums = books.byKey("acc_1", KeyFilter.ALL, NOON, NOON.plusMillis(1));
            assertThat(sums).hasSize(RefusalBooks.ROWS_MAX + 1);
            assertThat(sums.stream().mapToLong(Sum::calls).sum()).isEqualTo(3L * RefusalBooks.ROWS_MAX);
            assertThat(sums).contains(new Sum(RefusalBooks.OTHERS, "invalid_request", 300));
        }
    }

    private static RefusedCall call(String key, Instant at) {
        return new RefusedCall(at, "acc_1", key, "POST /v1/x", 400, ErrorCode.INVALID_REQUEST, "m", null, "req_1");
    }
}
