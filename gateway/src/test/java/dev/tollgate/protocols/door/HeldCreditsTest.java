package dev.tollgate.protocols.door;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.error.Shortage;
import org.junit.jupiter.api.Test;

class HeldCreditsTest {

    private static final ApiError LOW = ApiError.of(ErrorCode.INSUFFICIENT_CREDITS, "Your credit balance is too low.");

    @Test
    void credits_held_by_running_calls_are_worth_another_try() {
        ApiError shown = HeldCredits.shown(LOW.lacking(new Shortage.OfCredits(10L, 5, 20)));
        assertThat(shown.status()).isEqualTo(429);
        assertThat(shown.code()).isEqualTo(ErrorCode.INSUFFICIENT_CREDITS);
        assertThat(shown.headers()).containsEntry("retry-after", "1");
    }

    @Test
    void credits_that_are_missing_stay_a_refusal_for_good() {
        ApiError missing = LOW.lacking(new Shortage.OfCredits(10L, 5, 0));
        assertThat(HeldCredits.shown(missing)).isEqualTo(missing);
        assertThat(HeldCredits.shown(LOW)).isEqualTo(LOW);
    }
}
