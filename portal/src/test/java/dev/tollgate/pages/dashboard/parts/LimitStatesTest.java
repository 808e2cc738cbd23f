package dev.tollgate.pages.dashboard.parts;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.books.budgets.SpendWindow.WindowUse;
import dev.tollgate.keys.Key;
import dev.tollgate.keys.KeySettings;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

class LimitStatesTest {

    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");

    private static Key expiring(Instant at) {
        KeySettings settings = KeySettings.named("bot").withExpiresAt(at);
        return Key.made(
                "key_1", "acc_1", new KeyOwner("", "team_1", "key_1"), "sk-tg-a", settings, NOW.minusSeconds(9));
    }

    private static LimitStates.All limited(boolean isSpent) {
        BudgetBar bar = new BudgetBar("bot", SpendWindow.DAY, 1L, WindowUse.NONE, ZoneOffset.UTC, NOW.plusSeconds(60));
        return new LimitStates.All(List.of(new LimitState("key_1", false, bar, isSpent)));
    }

    @Test
    void an_expired_key_is_never_shown_as_on() {
        assertThat(limited(false).word(expiring(NOW.plusMillis(1)), NOW)).isEqualTo("on");
        assertThat(limited(false).word(expiring(NOW), NOW)).isEqualTo("expired");
    }

    @Test
    void an_active_key_is_named_by_the_limit_that_refuses_it() {
        assertThat(limited(true).word(expiring(NOW.plusMillis(1)), NOW)).isEqualTo("refused: key limit");
        assertThat(limited(true).word(expiring(NOW), NOW)).isEqualTo("expired");
    }
}
