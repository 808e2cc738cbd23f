package dev.tollgate.upstreams.connections;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.upstreams.pool.UpstreamEvent.FinishReason;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Words that no list knows yet. */
class FinishReasonsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "engine_overloaded",
                "SERVICE_UNAVAILABLE",
                "request_aborted",
                "gateway_timeout",
                "TIMED_OUT",
                "insufficient_quota",
                "generation_failed",
                "Cancelled",
                "new_kind_of_error"
            })
    void an_unknown_word_that_says_failure_is_one(String word) {
        assertThat(FinishReasons.sayFailure(word)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"STOP", "MAX_TOKENS", "SAFETY", "IMAGE_OTHER", "MALFORMED_FUNCTION_CALL", "brand_new", ""})
    void any_other_word_keeps_its_meaning(String word) {
        assertThat(FinishReasons.sayFailure(word)).isFalse();
        assertThat(FinishReasons.of("brand_new")).isEqualTo(FinishReason.OTHER);
    }
}
