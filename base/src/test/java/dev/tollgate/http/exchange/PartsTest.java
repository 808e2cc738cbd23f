package dev.tollgate.http.exchange;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.memory.MemoryBudget;
import dev.tollgate.http.exchange.ResponseHead.IgnoredFields;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The small parts that need no server. */
class PartsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "0 | 1.1.1.1 | 9.9.9.9",
                "1 | 1.1.1.1 | 1.1.1.1",
                "1 | 6.6.6.6, 1.1.1.1 | 1.1.1.1",
                "2 | 6.6.6.6, 1.1.1.1, 10.0.0.1 | 1.1.1.1",
                "3 | 6.6.6.6, 1.1.1.1, 10.0.0.1 | 6.6.6.6",
                "1 | 1.1.1.1:4711 | 1.1.1.1",
                "1 | [2001:db8::1]:80 | 2001:db8::1",
                "1 | 2001:db8::1 | 2001:db8::1",
                "1 | fe80::1%eth0 | fe80::1",
                "1 | unknown | 9.9.9.9",
                "1 | evil.example | 9.9.9.9",
                "1 | , | 9.9.9.9",
                "1 | '' | 9.9.9.9",
                "1 | 1.1.1.1:port | 9.9.9.9",
                "1 | 1.1.1.1: | 9.9.9.9",
                "1 | 1.1.1.1:123456 | 9.9.9.9",
                "1 | [2001:db8::1 | 9.9.9.9",
                "1 | [2001:db8::1]x | 9.9.9.9",
                "1 | [2001:db8::1]:x | 9.9.9.9",
                "1 | 1.1.1.1 6.6.6.6 | 9.9.9.9",
                "1 | 01.1.1.1.1 | 9.9.9.9",
                "2 | 1.1.1.1, | 1.1.1.1"
            })
    void an_address_is_counted_from_the_right(int hops, String forwarded, String expected) {
        assertThat(ForwardedFor.of("9.9.9.9", List.of(forwarded), hops)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"2 | 1.1.1.1", "3 | 1.1.1.1, 10.0.0.1", "32 | 1.1.1.1, 10.0.0.1", "2 | ''", "2 | , 1.1.1.1"})
    void where_fewer_proxies_have_written_than_are_trusted_it_is_the_connections_address(int hops, String forwarded) {
        assertThat(ForwardedFor.of("9.9.9.9", List.of(forwarded), hops)).isEqualTo("9.9.9.9");
    }

    @ParameterizedTest
    @CsvSource({
        "1.2.3.4, 1.2.3.4, true",
        "1.2.3.4, 1.2.3.5, false",
        "1.2.3.4, ::ffff:1.2.3.4, true",
        "2001:db8:1:2:3::4, 2001:db8:1:2:ffff::9, true",
        "2001:db8:1:2::, 2001:db8:1:3::, false",
        "::1, 127.0.0.1, false"
    })
    void callers_count_by_ipv4_address_or_half_of_their_ipv6_address(String one, String other, boolean same) {
        assertThat(ForwardedFor.network(one).equals(ForwardedFor.network(other)))
                .isEqualTo(same);
    }

    @Test
    void several_forwarding_lines_are_one_list() {
        assertThat(ForwardedFor.of("9.9.9.9", List.of("6.6.6.6, 7.7.7.7", "1.1.1.1"), 2))
                .isEqualTo("7.7.7.7");
        assertThat(ForwardedFor.of("9.9.9.9", List.of(), 2)).isEqualTo("9.9.9.9");
    }

    @Test
    void at_most_32_ignored_names_are_listed() {
        IgnoredFields fields = new IgnoredFields();
        for (int i = 0; i < 33; i++) {
            fields.add("f" + i);
        }
        assertThat(fields.header()).endsWith(",f31,...").doesNotContain("f32");
    }

    @Test
    void at_most_a_kilobyte_of_ignored_names_is_listed() {
        IgnoredFields fields = new IgnoredFields();
        fields.add("a".repeat(2000));
        fields.add("b".repeat(1000));
        fields.add("c".repeat(100));
        assertThat(fields.header()).isEqualTo("b".repeat(1000) + ",...").hasSizeLessThan(1028);
    }

    @Test
    void a_body_grows_to_its_announced_length_and_not_at_once() {
        MemoryBudget budget = new MemoryBudget(1 << 20);
        BodyBytes body = new BodyBytes(1 << 20, 10_000, budget.lease("a", "::1", false));
        body.append(new byte[5000], 5000);
        assertThat(budget.takenBytes()).isEqualTo(5000);
        body.append(new byte[5000], 5000);
        assertThat(body.toArray()).hasSize(10_000);
        assertThat(budget.takenBytes()).isEqualTo(10_000);
        body.release();
        assertThat(budget.takenBytes()).isZero();
    }

    @Test
    void a_body_stops_at_its_own_limit_and_the_total_limit() {
        MemoryBudget budget = new MemoryBudget(250);
        BodyBytes body = new BodyBytes(100, -1, budget.lease("a", "::1", false));
        body.append(new byte[100], 100);
        assertThatThrownBy(() -> body.append(new byte[1], 1))
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.error().status()).isEqualTo(413));
        BodyBytes other = new BodyBytes(100, -1, budget.lease("b", "::1", false));
        assertThatThrownBy(() -> other.append(new byte[60], 60))
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.error().status()).isEqualTo(503));
        assertThat(budget.takenBytes()).isEqualTo(100);
    }

    @Test
    void a_parameter_is_a_whole_segment_and_none_follows_the_rest() {
        assertThatThrownBy(() -> new PathPattern("/a/{b}:c")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new PathPattern("/a/{b...}/{c}")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void the_rest_of_a_path_may_have_a_fixed_end() {
        PathPattern pattern = new PathPattern("/models/{id...}:run");
        assertThat(pattern.match("/models/a/b:run")).containsExactly(Map.entry("id", "a/b"));
        assertThat(pattern.match("/models/a:run:run")).containsExactly(Map.entry("id", "a:run"));
        assertThat(pattern.match("/models/:run")).isNull();
        assertThat(pattern.match("/models/a:runs")).isNull();
        assertThat(pattern.match("/models/run")).isNull();
        assertThat(new PathPattern("/a/{b...}/c").match("/a/1/2/c")).containsExactly(Map.entry("b", "1/2"));
    }

    @Test
    void a_minute_later_wrong_keys_are_a_401_again() {
        AtomicLong nanos = new AtomicLong();
        WrongKeys wrong = new WrongKeys(1, nanos::get);
        ApiError refusal = ApiError.of(ErrorCode.INVALID_API_KEY, "no");
        assertThat(wrong.count("a", refusal)).isSameAs(refusal);
        nanos.addAndGet(Duration.ofSeconds(20).toNanos());
        assertThat(wrong.count("a", refusal).headers()).containsEntry("retry-after", "40");
        nanos.addAndGet(Duration.ofSeconds(40).toNanos());
        assertThat(wrong.count("a", refusal)).isSameAs(refusal);
    }

    @Test
    void however_many_addresses_there_are_only_the_latest_are_known() {
        WrongKeys wrong = new WrongKeys(1, () -> 0);
        ApiError refusal = ApiError.of(ErrorCode.INVALID_API_KEY, "no");
        for (int i = 0; i < 3 * WrongKeys.ADDRESSES_MAX; i++) {
            wrong.count("address " + i, refusal);
        }
        assertThat(wrong.addresses()).isLessThanOrEqualTo(WrongKeys.ADDRESSES_MAX);
    }

    /** However many threads there are. */
    @Test
    void an_account_has_as_many_threads_as_it_may() throws Exception {
        BodyReaders threads = new BodyReaders(4, 1);
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch others = new CountDownLatch(1);
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        threads.execute("a", work(() -> {
            first.await();
            order.add("a1");
        }));
        CountDownLatch second = new CountDownLatch(1);
        threads.execute("a", work(() -> {
            order.add("a2");
            second.countDown();
        }));
        threads.execute("b", work(() -> {
            order.add("b");
            others.countDown();
        }));
        others.await();
        first.countDown();
        second.await();
        assertThat(order).containsExactly("b", "a1", "a2");
        threads.close();
    }

    private interface Step {
        void run() throws InterruptedException;
    }

    private static BodyReaders.Work work(Step step) {
        return new BodyReaders.Work() {
            @Override
            public void run() {
                try {
                    step.run();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }

            @Override
            public void refuse(ApiError busy) {
                throw new AssertionError(busy);
            }
        };
    }
}
