package dev.tollgate.portal;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.error.ErrorCode;
import dev.tollgate.refused.Shortage;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the wire says, as pages say it. */
class ShortageWordsTest {

    private static final Instant NOW = Instant.parse("2026-11-21T20:48:00Z");
    private static final String LOW = "Your credit balance is too low. Please top up.";

    private static Shortage shortage(String told) {
        ErrorCode code = told.startsWith(LOW) ? ErrorCode.INSUFFICIENT_CREDITS : ErrorCode.SPEND_LIMIT_EXCEEDED;
        return Objects.requireNonNull(Shortage.of(code, told), told);
    }

    private static String now(String told, int running) {
        return ShortageWords.now(shortage(told), "Key 'ci'", running, NOW);
    }

    private static String then(String told) {
        return ShortageWords.then(shortage(told), "Key 'ci'", NOW);
    }

    @Test
    void credits_that_are_missing() {
        String told = LOW + " The call needs at least 1.84 credits; 0.62 are available";
        String held = told + " while 1.1 are held by running calls.";
        assertThat(now(held, 2))
                .isEqualTo("Not enough credits. This call has to hold 1.84 and 0.62 are free;"
                        + " 1.10 are held by 2 running calls and come back when they end.");
        assertThat(now(held, 1)).endsWith("1.10 are held by 1 running call and come back when it ends.");
        assertThat(now(held, 0)).endsWith("1.10 are held by running calls and come back when they end.");
        assertThat(now(told + ".", 2)).isEqualTo("Not enough credits. This call has to hold 1.84 and 0.62 are free.");
        assertThat(now(LOW + " No credits are available.", 0)).isEqualTo("Not enough credits. None are free.");
        assertThat(now(LOW + " 3 credits are held by running calls.", 2))
                .isEqualTo("Not enough credits. None are free;"
                        + " 3.00 are held by 2 running calls and come back when they end.");
        assertThat(then(held))
                .isEqualTo("Not enough credits. This call had to hold 1.84 and 0.62 were free;"
                        + " 1.10 were held by running calls.");
        assertThat(then(LOW + " The call needs at least 1.84 credits; 0 are available."))
                .isEqualTo("Not enough credits. This call had to hold 1.84 and none were free.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "The key's daily spend limit of 20 credits is reached: 20 are used, the call needs at least 1. It will reset at 2026-11-22T00:00:00Z."
                        + "| Key 'ci' has used its 20 credits for today. It works again at 00:00 UTC, in 3 h 12 min.",
                "The key's daily spend limit of 20 credits is reached: 19.5 are used, the call needs at least 1. It will reset at 2026-11-22T00:00:00Z."
                        + "| Key 'ci' has used 19.50 of its 20 credits for today and this call has to hold 1.00. It works again at 00:00 UTC, in 3 h 12 min.",
                "The key's hourly spend limit of 0.5 credits is reached: 0.5 are used, the call needs at least 0.5. It will reset at 2026-11-21T21:00:00Z."
                        + "| Key 'ci' has used its 0.50 credits for the hour. It works again at 21:00 UTC, in 12 min.",
                "The key's total spend limit of 20 credits is reached: 20 are used, the call needs at least 1. It does not reset by itself."
                        + "| Key 'ci' has used its 20 credits. It works again when the limit is raised.",
                "The account's daily spend limit of 20 credits is reached: 20 are used by all its keys, the call needs at least 1. It will reset at 2026-11-22T00:00:00Z."
                        + "| This account has used its 20 credits for today with all its keys. Its keys work again at 00:00 UTC, in 3 h 12 min.",
            })
    void a_limit_that_is_used_up(String told, String said) {
        assertThat(now(told, 2)).isEqualTo(said);
        assertThat(then(told)).as("as long as it lasts").isEqualTo(said);
    }

    @Test
    void a_limit_that_can_never_cover_the_call_is_not_said_to_do_so_later() {
        String told =
                "The key's daily spend limit of 0.02 credits is reached: %s are used, the call needs at least 0.11."
                        + " Not even the whole limit covers it.";
        assertThat(now(told.formatted("0"), 0))
                .isEqualTo("Key 'ci' has used 0.00 of its 0.02 credits for today and this call has to hold 0.11."
                        + " It takes a higher limit.");
        assertThat(now(told.formatted("0.02"), 0))
                .isEqualTo("Key 'ci' has used 0.02 of its 0.02 credits for today and this call has to hold 0.11."
                        + " It takes a higher limit.");
        assertThat(then(told.formatted("0.02")))
                .isEqualTo("Key 'ci' had used 0.02 of its 0.02 credits for the day and this call had to hold 0.11.");
    }

    @Test
    void a_limit_that_running_calls_hold_or_that_is_free_again() {
        String held = "The account's daily spend limit of 20 credits is reached: 18 are used by all its keys"
                + " and 1.5 are held by running calls, the call needs at least 1.";
        assertThat(now(held, 2))
                .isEqualTo(
                        "This account has used 18.00 of its 20 credits for today with all its keys and this call has to"
                                + " hold 1.00; 1.50 are held by 2 running calls and come back when they end.");
        assertThat(then(held)).contains("had used 18.00 of its 20 credits for the day", "1.50 were held by running");
        assertThat(then("The key's daily spend limit of 20 credits is reached: 20 are used, the call needs at least 1."
                        + " It will reset at 2026-11-21T00:00:00Z."))
                .isEqualTo("Key 'ci' had used its 20 credits for the day.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                LOW,
                LOW + " The call needs at least much credits; 1 are available.",
                "The key's daily spend limit of 20 credits is reached…",
                ""
            })
    void what_is_written_otherwise_is_left_as_it_is(String told) {
        assertThat(Shortage.of(ErrorCode.INSUFFICIENT_CREDITS, told)).isNull();
        assertThat(Shortage.of(ErrorCode.SPEND_LIMIT_EXCEEDED, told)).isNull();
        assertThat(Shortage.of(ErrorCode.INVALID_REQUEST, told)).isNull();
    }
}
