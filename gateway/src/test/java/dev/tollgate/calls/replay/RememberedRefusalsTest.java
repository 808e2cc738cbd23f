package dev.tollgate.calls.replay;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RememberedRefusalsTest {

    private static final RememberedRefusals.Print PRINT = new RememberedRefusals.Print("key_1", "body");
    private static final ApiError FINAL =
            ApiError.of(ErrorCode.UPSTREAM_ERROR, "Blocked.").doNotRetry();

    private Duration elapsed = Duration.ZERO;
    private final RememberedRefusals refusals = new RememberedRefusals(() -> elapsed.toNanos());

    @Test
    void a_refusal_is_remembered_for_a_minute() {
        refusals.watching(PRINT, new Deaf()).failed(FINAL);
        elapsed = Duration.ofSeconds(59);
        assertThat(refusals.find(PRINT)).isEqualTo(FINAL);
        elapsed = Duration.ofSeconds(61);
        assertThat(refusals.find(PRINT)).isNull();
    }

    @Test
    void another_key_or_body_is_not_refused() {
        refusals.watching(PRINT, new Deaf()).failed(FINAL);
        assertThat(refusals.find(new RememberedRefusals.Print("key_2", "body"))).isNull();
        assertThat(refusals.find(new RememberedRefusals.Print("key_1", "other")))
                .isNull();
    }

    @Test
    void what_may_pass_and_what_is_not_the_upstreams_is_forgotten() {
        refusals.watching(PRINT, new Deaf()).failed(ApiError.of(ErrorCode.UPSTREAM_ERROR, "Down."));
        refusals.watching(PRINT, new Deaf())
                .failed(ApiError.of(ErrorCode.SPEND_LIMIT_EXCEEDED, "Spent.").doNotRetry());
        assertThat(refusals.find(PRINT)).isNull();
    }

    @Test
    void an_error_within_an_answer_is_no_refusal() {
        Sink sink = refusals.watching(PRINT, new Deaf());
        sink.answering(1);
        sink.failed(FINAL);
        assertThat(refusals.find(PRINT)).isNull();
    }

    private static final class Deaf implements Sink {

        @Override
        public void admitted(Admission admission) {}

        @Override
        public void ignoring(List<String> fields) {}

        @Override
        public void answering(int attempts) {}

        @Override
        public void events(List<UpstreamEvent> events) {}

        @Override
        public End end(Completion completion) {
            return () -> {};
        }

        @Override
        public void cut() {}

        @Override
        public void failed(ApiError error) {}

        @Override
        public boolean full() {
            return false;
        }

        @Override
        public void onDrain(Runnable resume) {}
    }
}
