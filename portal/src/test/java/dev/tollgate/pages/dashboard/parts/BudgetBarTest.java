package dev.tollgate.pages.dashboard.parts;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.books.budgets.SpendWindow.WindowUse;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class BudgetBarTest {

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    private static BudgetBar ending(SpendWindow window, ZoneId zone, String end) {
        return new BudgetBar("", window, 1L, WindowUse.NONE, zone, Instant.parse(end));
    }

    @Test
    void a_limit_ends_at_a_time_of_the_page() {
        BudgetBar day = ending(SpendWindow.DAY, ZoneOffset.UTC, "2026-11-30T00:00:00Z");
        assertThat(day.until(BERLIN)).isEqualTo("01:00 (Berlin)");
        assertThat(day.resets(BERLIN)).isEqualTo("30 Nov 2026 01:00 (Berlin)");
        assertThat(day.until(ZoneOffset.UTC)).isEqualTo("00:00 (UTC)");
    }

    @Test
    void a_budget_ends_on_a_day_of_its_calendar() {
        BudgetBar month = ending(SpendWindow.MONTH, BERLIN, "2026-11-30T23:00:00Z");
        assertThat(month.until(ZoneOffset.UTC)).isEqualTo("1 December 2026");
        assertThat(month.resets(ZoneOffset.UTC)).isEqualTo("1 Dec 2026 00:00 (Berlin)");
    }
}
