package dev.tollgate.customers.rejections;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.ErrorCode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RefusedCallsTest {

    private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");

    private Instant now = NOON;
    private int many;
    private final List<RefusedCall> counted = new ArrayList<>();
    private final RefusedCalls refused = new RefusedCalls(() -> now, counted::add);

    @Test
    void the_latest_200_of_an_account_are_kept_the_newest_first_with_their_messages_cut() {
        for (int i = 0; i < 250; i++) {
            add("acc_1", ErrorCode.INVALID_REQUEST, "m" + i);
        }
        add("acc_1", ErrorCode.INVALID_REQUEST, "x".repeat(1_000));
        assertThat(refused.of("acc_1")).hasSize(200);
        assertThat(refused.of("acc_1").get(0).message()).hasSize(301).endsWith("x…");
        assertThat(refused.of("acc_1").get(1).message()).isEqualTo("m249");
        assertThat(refused.of("acc_1").getLast().message()).isEqualTo("m51");
        assertThat(refused.of("acc_2")).isEmpty();
        assertThat(counted).hasSize(251);
    }

    @Test
    void memory_stays_flat_for_all_senders_and_contents() {
        for (int i = 0; i < 100_000; i++) {
            add("", ErrorCode.INVALID_API_KEY, "unknown");
            add("acc_" + i % 5_000, ErrorCode.INVALID_REQUEST, "m");
        }
        assertThat(refused.kept()).isLessThanOrEqualTo(RefusedCalls.ALL_MAX + RefusedCalls.OF_ACCOUNT_MAX);
        for (int i = 0; i < 150; i++) {
            for (int call = 0; call < 200; call++) {
                add("acc_full" + i, ErrorCode.INVALID_REQUEST, "m");
            }
        }
        assertThat(refused.kept()).isEqualTo(RefusedCalls.ALL_MAX + RefusedCalls.OF_ACCOUNT_MAX);
        assertThat(refused.of("acc_full0")).as("refused the longest ago").isEmpty();
        assertThat(refused.of("acc_full149")).hasSize(200);
        assertThat(refused.counts().inLastHour(ErrorCode.INVALID_API_KEY)).isEqualTo(100_000);
        assertThat(counted).as("a key that does not exist counts for nobody").noneMatch(call -> call.accountId()
                .isEmpty());
    }

    @Test
    void a_refused_call_is_found_by_the_id_of_its_error() {
        add("acc_1", ErrorCode.INVALID_REQUEST, "the first");
        add("acc_2", ErrorCode.INVALID_REQUEST, "the second");
        RefusedCall second = refused.of("acc_2").getFirst();
        assertThat(refused.named(second.requestId())).isEqualTo(second);
        assertThat(refused.named("req_nothing")).isNull();
    }

    @Test
    void an_account_that_is_refused_again_is_forgotten_last() {
        add("acc_again", ErrorCode.INVALID_REQUEST, "m");
        for (int i = 0; i < 499; i++) {
            add("acc_" + i, ErrorCode.INVALID_REQUEST, "m");
        }
        add("acc_again", ErrorCode.INVALID_REQUEST, "m");
        add("acc_more", ErrorCode.INVALID_REQUEST, "m");
        assertThat(refused.of("acc_again")).hasSize(2);
        assertThat(refused.of("acc_0")).isEmpty();
    }

    @Test
    void counts_are_of_the_last_hour_and_the_last_day() {
        add("acc_1", ErrorCode.RATE_LIMIT_EXCEEDED, "m");
        now = NOON.plus(Duration.ofMinutes(58));
        add("acc_1", ErrorCode.IP_NOT_ALLOWED, "m");
        assertThat(refused.counts().lastHour()).isEqualTo(Map.of("rate_limit_exceeded", 1L, "ip_not_allowed", 1L));
        now = NOON.plus(Duration.ofMinutes(61));
        assertThat(refused.counts().lastHour()).isEqualTo(Map.of("ip_not_allowed", 1L));
        assertThat(refused.counts().lastDay()).isEqualTo(Map.of("rate_limit_exceeded", 1L, "ip_not_allowed", 1L));
        now = NOON.plus(Duration.ofDays(1)).plus(Duration.ofMinutes(6));
        assertThat(refused.counts().lastDay()).isEqualTo(Map.of("ip_not_allowed", 1L));
        now = NOON.plus(Duration.ofDays(9));
        assertThat(refused.counts().lastDay()).isEmpty();
    }

    private void add(String account, ErrorCode code, String message) {
        refused.add(new RefusedCall(
                now, account, "key_1", "POST /v1/x", code.status(), code, message, null, "req_" + ++many));
    }
}
