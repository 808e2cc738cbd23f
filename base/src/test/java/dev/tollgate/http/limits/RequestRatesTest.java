package dev.tollgate.http.limits;

import static dev.tollgate.testing.Asserts.assertThat;

import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RequestRatesTest {

    private final AtomicLong nanos = new AtomicLong();
    private final RequestRates rates = new RequestRates(new TimeMeter() {
        @Override
        public long currentTimeNanos() {
            return nanos.get();
        }

        @Override
        public boolean isWallClockBased() {
            return false;
        }
    });

    @Test
    void a_key_has_its_requests_at_once_and_then_waits_for_the_next() {
        for (int i = 1; i <= 6; i++) {
            RequestRates.Rate rate = rates.take("key_a", 6);
            assertThat(rate.allowed()).isTrue();
            assertThat(rate.remaining()).isEqualTo(6 - i);
        }
        RequestRates.Rate refused = rates.take("key_a", 6);
        assertThat(refused.allowed()).isFalse();
        assertThat(refused.retryAfter()).isEqualTo(Duration.ofSeconds(10));
        assertThat(refused.reset()).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void the_reported_wait_is_long_enough() {
        for (int i = 0; i < 6; i++) {
            rates.take("key_a", 6);
        }
        nanos.addAndGet(rates.take("key_a", 6).retryAfter().toNanos());
        assertThat(rates.take("key_a", 6).allowed()).isTrue();
    }

    @Test
    void keys_do_not_share_a_rate() {
        rates.take("key_a", 1);
        assertThat(rates.take("key_a", 1).allowed()).isFalse();
        assertThat(rates.take("key_b", 1).allowed()).isTrue();
    }

    @Test
    void a_raised_limit_holds_from_the_next_request() {
        rates.take("key_a", 1);
        assertThat(rates.take("key_a", 1).allowed()).isFalse();
        assertThat(rates.take("key_a", 10).allowed()).isTrue();
    }
}
