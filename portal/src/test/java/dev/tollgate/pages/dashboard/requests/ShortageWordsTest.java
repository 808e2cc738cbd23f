package dev.tollgate.pages.dashboard.requests;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.Shortage;
import dev.tollgate.base.error.Shortage.OfLimit.Owner;
import dev.tollgate.base.error.Shortage.OfLimit.Spender;
import dev.tollgate.base.error.Shortage.OfLimit.Window;
import dev.tollgate.pages.frame.Money;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a refusal lacked, as pages say it. */
class ShortageWordsTest {

    private static final Instant NOW = Instant.parse("2026-11-21T20:48:00Z");

    private static String now(Shortage shortage, int running) {
        return ShortageWords.now(shortage, "Key 'ci'", running, NOW);
    }

    private static String then(Shortage shortage) {
        return ShortageWords.then(shortage, "Key 'ci'", NOW, Money.CREDITS, ZoneOffset.UTC);
    }

    @Test
    void credits_that_are_missing() {
        Shortage held = new Shortage.OfCredits(1_840_000L, 620_000, 1_100_000);
        assertThat(now(held, 2))
                .isEqualTo("Not enough credits. This call needs 1.84 credits up front. You have 0.62;"
                        + " 1.10 are held by 2 running calls and come back when they end.");
        assertThat(now(held, 1)).endsWith("1.10 are held by 1 running call and come back when it ends.");
        assertThat(now(held, 0)).endsWith("1.10 are held by running calls and come back when they end.");
        assertThat(now(new Shortage.OfCredits(1_840_000L, 620_000, 0), 2))
                .isEqualTo("Not enough credits. This call needs 1.84 credits up front. You have 0.62.");
        assertThat(now(new Shortage.OfCredits(null, 0, 0), 0)).isEqualTo("Not enough credits. None are free.");
        assertThat(now(new Shortage.OfCredits(null, 0, 3_000_000), 2))
                .isEqualTo("Not enough credits. None are free;"
                        + " 3.00 are held by 2 running calls and come back when they end.");
        assertThat(then(held))
                .isEqualTo("Not enough credits. This call needed 1.84 credits up front. You had 0.62;"
                        + " 1.10 were held by running calls.");
        assertThat(then(new Shortage.OfCredits(1_840_000L, 0, 0)))
                .isEqualTo("Not enough credits. This call needed 1.84 credits up front. You had none.");
    }

    private static Shortage without(long held, List<String> models, long limit, int hours, @Nullable String at) {
        return new Shortage.OfCredits(
                1_200_000L,
                400_000,
                held,
                new Shortage.Withheld(12, "gemini-3-pro", models, limit, hours, at == null ? null : Instant.parse(at)));
    }

    @Test
    void a_grant_that_does_not_serve_the_call_is_named() {
        Shortage models = without(0, List.of("gemini-4-*", "gemini-2.5-pro"), 0, 0, null);
        assertThat(now(models, 0))
                .isEqualTo("Not enough credits. This call needs 1.20 credits up front. You have 0.40 for gemini-3-pro."
                        + " Grant 12 pays only for gemini-4-* and gemini-2.5-pro.");
        assertThat(then(models))
                .isEqualTo("Not enough credits. This call needed 1.20 credits up front. You had 0.40 for gemini-3-pro."
                        + " Grant 12 pays only for gemini-4-* and gemini-2.5-pro.");
        Shortage limit = without(800_000, List.of(), 20_000_000, 5, "2026-11-21T23:00:00Z");
        assertThat(now(limit, 1))
                .isEqualTo(
                        "Not enough credits. This call needs 1.20 credits up front. You have 0.40 for gemini-3-pro;"
                                + " 0.80 are held by 1 running call and come back when it ends."
                                + " Grant 12 gives 20.00 credits in 5 hours; its limit begins again at 21 Nov 2026 23:00 (UTC).");
        assertThat(then(limit))
                .startsWith("Not enough credits. This call needed 1.20 credits up front. You had 0.40 for gemini-3-pro;"
                        + " 0.80 were held by running calls. Grant 12 gives");
        assertThat(now(without(0, List.of(), 0, 0, "2026-12-01T00:00:00Z"), 0))
                .endsWith(" Grant 12 begins at 1 Dec 2026 00:00 (UTC).");
    }

    private static Shortage limit(
            boolean isAccounts, Window window, long limit, long used, long held, @Nullable String freesAt) {
        return new Shortage.OfLimit(
                new Spender(isAccounts ? Owner.ACCOUNT : Owner.KEY, "", ""),
                window,
                null,
                limit,
                used,
                held,
                held,
                Math.min(1_000_000, limit),
                freesAt == null ? null : Instant.parse(freesAt));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "false | DAY | 20000000 | 20000000 | 2026-11-22T00:00:00Z"
                        + "| Key 'ci' has used its 20 credits for today. It works again at 00:00 (UTC), in 3 h 12 min.",
                "false | DAY | 20000000 | 19500000 | 2026-11-22T00:00:00Z"
                        + "| Key 'ci' has used 19.50 of its 20 credits for today and this call needs 1.00 up front. It works again at 00:00 (UTC), in 3 h 12 min.",
                "false | HOUR | 500000 | 500000 | 2026-11-21T21:00:00Z"
                        + "| Key 'ci' has used its 0.50 credits for the hour. It works again at 21:00 (UTC), in 12 min.",
                "false | TOTAL | 20000000 | 20000000 |"
                        + "| Key 'ci' has used its 20 credits. It works again when the limit is raised.",
                "true | DAY | 20000000 | 20000000 | 2026-11-22T00:00:00Z"
                        + "| This account has used its 20 credits for today with all its keys. Its keys work again at 00:00 (UTC), in 3 h 12 min.",
            })
    void a_limit_that_is_used_up(
            boolean isAccounts, Window window, long limit, long used, @Nullable String freesAt, String said) {
        Shortage shortage = limit(isAccounts, window, limit, used, 0, freesAt);
        assertThat(now(shortage, 2)).isEqualTo(said);
        assertThat(then(shortage)).as("as long as it lasts").isEqualTo(said);
    }

    @Test
    void a_limit_that_can_never_cover_the_call_is_not_said_to_do_so_later() {
        Shortage unused =
                new Shortage.OfLimit(new Spender(Owner.KEY, "", ""), Window.DAY, null, 20_000, 0, 0, 0, 110_000, null);
        assertThat(now(unused, 0))
                .isEqualTo("Key 'ci' has used 0.00 of its 0.02 credits for today and this call needs 0.11 up front."
                        + " It takes a higher limit.");
        Shortage used = new Shortage.OfLimit(
                new Spender(Owner.KEY, "", ""), Window.DAY, null, 20_000, 20_000, 0, 0, 110_000, null);
        assertThat(now(used, 0))
                .isEqualTo("Key 'ci' has used 0.02 of its 0.02 credits for today and this call needs 0.11 up front."
                        + " It takes a higher limit.");
        assertThat(then(used))
                .isEqualTo(
                        "Key 'ci' had used 0.02 of its 0.02 credits for the day and this call needed 0.11 up front.");
    }

    @Test
    void a_limit_that_running_calls_hold_or_that_is_free_again() {
        Shortage held = limit(true, Window.DAY, 20_000_000, 18_000_000, 1_500_000, null);
        assertThat(now(held, 2))
                .isEqualTo(
                        "This account has used 18.00 of its 20 credits for today with all its keys and this call needs"
                                + " 1.00 up front; 1.50 are held by 2 running calls and come back when they end.");
        assertThat(then(held)).contains("had used 18.00 of its 20 credits for the day", "1.50 were held by running");
        assertThat(then(limit(false, Window.DAY, 20_000_000, 20_000_000, 0, "2026-11-21T00:00:00Z")))
                .isEqualTo("Key 'ci' had used its 20 credits for the day.");
    }

    @Test
    void a_refusal_of_the_past_has_the_unit_of_its_page() {
        Shortage used = limit(true, Window.DAY, 20_000_000, 18_000_000, 1_500_000, null);
        assertThat(ShortageWords.then(used, "Key 'ci'", NOW, Money.DOLLARS, ZoneOffset.UTC))
                .isEqualTo(
                        "This account had used $0.0900 of its $0.10 for the day with all its keys and this call needed"
                                + " $0.0050 up front; $0.0075 were held by running calls.");
    }

    @Test
    void a_limit_of_a_key_is_free_at_a_time_of_the_page() {
        Shortage used = limit(false, Window.DAY, 20_000_000, 20_000_000, 0, "2026-11-21T00:00:00Z");
        Instant before = Instant.parse("2026-11-20T20:48:00Z");
        assertThat(ShortageWords.then(used, "Key 'ci'", before, Money.CREDITS, ZoneId.of("Europe/Berlin")))
                .contains("It works again at 01:00 (Berlin), in 3 h 12 min.");
    }
}
