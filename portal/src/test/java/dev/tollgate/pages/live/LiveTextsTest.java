package dev.tollgate.pages.live;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.books.ledger.Balance;
import dev.tollgate.customers.figures.Figures;
import dev.tollgate.customers.figures.LiveAccounts;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.running.CallNow;
import dev.tollgate.testing.MarkedLanguages;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LiveTextsTest {

    private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");
    private static final String HERE = "chatcmpl-1";
    private static final String ELSEWHERE = "chatcmpl-2";

    private static final LiveAccounts.Now NOW = new LiveAccounts.Now(
            new LiveAccounts.Head(new Balance(70_000_000, 30_000_000, 100_000_000, 0), 1),
            Figures.NONE,
            List.of(
                    new LiveAccounts.RunningCall(HERE, "7", "7", NOON.minusSeconds(5), 20_000_000),
                    new LiveAccounts.RunningCall(ELSEWHERE, "7", "", NOON.minusSeconds(9), 10_000_000)));

    private static final Map<String, CallNow> RUNNING =
            Map.of(HERE, new CallNow(HERE, "acc_1", 1_234, 1_500_000, 20_000_000));

    /** Returns the figures of all events, with each state that they can tell of. */
    private static List<Map<String, Object>> all() {
        List<Map<String, Object>> all = new ArrayList<>();
        all.add(LiveTexts.of(NOW, RUNNING, NOON));
        for (Money money : Money.values()) {
            all.add(LiveTexts.spent(NOW, money));
            all.add(LiveTexts.balance(NOW, money));
        }
        for (String call : List.of(HERE, ELSEWHERE, "chatcmpl-3")) {
            all.add(LiveTexts.call(NOW, call, RUNNING, NOON));
        }
        for (int newer : new int[] {0, 1, 2, 51}) {
            all.add(Map.of("newer", LiveTexts.newer(newer)));
        }
        return all;
    }

    @Test
    void each_event_is_in_the_language_of_its_reader() {
        MarkedLanguages.ACCENTED.bound(() -> {
            List<Map<String, Object>> events = all();
            assertThat(events.toString()).contains("⟦");
            for (Map<String, Object> event : events) {
                event.forEach((name, value) -> {
                    String left = value.toString().replaceAll("Row\\[|\\w+=|/dashboard/requests/chatcmpl-\\d", "");
                    for (String before = ""; !before.equals(left); ) {
                        before = left;
                        left = left.replaceAll("⟦[^⟦⟧]*⟧", "");
                    }
                    assertThat(left).as("%s: %s", name, value).doesNotContainPattern("\\p{L}");
                });
            }
        });
    }
}
