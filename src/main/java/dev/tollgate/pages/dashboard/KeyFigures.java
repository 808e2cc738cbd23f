package dev.tollgate.pages.dashboard;

import dev.tollgate.books.ledger.Ledger;
import dev.tollgate.books.ledger.SpendWindow;
import dev.tollgate.books.ledger.WindowUse;
import dev.tollgate.books.tasks.TaskStatus;
import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.figures.CallFilter;
import dev.tollgate.customers.figures.CallRow;
import dev.tollgate.customers.figures.Span;
import dev.tollgate.customers.figures.UsageQuestion;
import dev.tollgate.customers.keys.Key;
import dev.tollgate.pages.frame.Texts;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a key's page tells of it beside its settings. */
public final class KeyFigures {

    private static final int CALLS = 8;
    private static final Duration DAY = Duration.ofDays(1);

    private final Ledger ledger;
    private final AccountHistory history;
    private final InstantSource clock;

    KeyFigures(Ledger ledger, AccountHistory history, InstantSource clock) {
        this.ledger = ledger;
        this.history = history;
        this.clock = clock;
    }

    /** The template's parameters, to be added to. */
    Map<String, Object> of(Key key, ZoneId zone) {
        Instant now = clock.instant();
        Map<SpendWindow, WindowUse> uses =
                ledger.windows(key.accountId(), List.of(key.id()), now).getOrDefault(key.id(), Map.of());
        Map<String, Object> params = new HashMap<>();
        params.put("key", KeyRow.of(key, uses, now, zone));
        params.put("made", Texts.day(key.createdAt(), zone));
        params.put("windows", KeyWindow.all(key.settings().spend(), uses, now));
        params.put("calls", calls(key, zone));
        long lately = callsOfADay(key);
        params.put("lately", lately);
        params.put("latelyText", Texts.count(lately, "call"));
        Instant old = key.oldSecretUntil();
        if (old != null && now.isBefore(old)) {
            params.put("old", Texts.fullTime(old, zone));
        }
        return params;
    }

    /** How many calls ended within the last 24 hours. */
    long callsOfADay(Key key) {
        Instant now = clock.instant();
        Span span = history.span(now.minus(DAY), now, ZoneId.of("UTC"));
        return history.usage(key.accountId(), new UsageQuestion(span, Set.of(), null, key.id(), null, 1))
                .all()
                .calls();
    }

    private List<KeyCall> calls(Key key, ZoneId zone) {
        CallFilter filter = new CallFilter(null, null, Set.of(), null, key.id(), null, null, -1);
        return history.calls(key.accountId(), filter, null, null, CALLS).calls().stream()
                .map(call -> KeyCall.of(call, zone))
                .toList();
    }

    /**
     * One of its last calls.
     *
     * @param badge its class
     * @param charge what it has cost; null while it runs
     */
    public record KeyCall(
            String id,
            String time,
            String timeTitle,
            String model,
            String badge,
            String status,
            @Nullable String charge) {

        static KeyCall of(CallRow call, ZoneId zone) {
            return new KeyCall(
                    call.id(),
                    Texts.time(call.startedAt(), zone),
                    Texts.fullTime(call.startedAt(), zone),
                    call.modelId(),
                    badge(call.status()),
                    call.status().code(),
                    call.endedAt() == null ? null : Texts.charge(call.chargeMicros()));
        }

        private static String badge(TaskStatus status) {
            return switch (status) {
                case COMPLETED -> "ok";
                case FAILED -> "bad";
                case CANCELLED -> "warn";
                case PROCESSING -> "run";
            };
        }
    }
}
