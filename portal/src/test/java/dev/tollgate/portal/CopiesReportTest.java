package dev.tollgate.portal;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.storage.copies.LostTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class CopiesReportTest {

    private static final Instant FROM = Instant.parse("2026-11-29T08:05:30Z");
    private static final Instant TO = Instant.parse("2026-11-29T09:10:00Z");

    private static CopiesReport report(boolean isByHand, Instant now) {
        return new CopiesReport(null, null, new LostTime(2, FROM, TO), isByHand, () -> now);
    }

    @Test
    void a_restore_is_said_for_thirty_days() {
        assertThat(String.valueOf(report(false, TO.plusSeconds(30 * 86_400)).banner()))
                .startsWith(
                        "This server's data was restored from a copy. What happened between 29 Nov 2026 08:05 UTC and"
                                + " 29 Nov 2026 09:10 UTC is undone");
        assertThat(report(false, TO.plusSeconds(30 * 86_400 + 1)).banner()).isNull();
        assertThat(new CopiesReport(null, null, null, false, () -> TO).banner()).isNull();
    }

    @Test
    void books_put_in_place_by_hand_are_an_alarm() {
        assertThat(report(true, TO).alarms()).singleElement().asString().contains("run ./tollgate restored");
        assertThat(report(false, TO).alarms()).isEmpty();
        assertThat(report(false, TO).warnings()).isEmpty();
    }
}
