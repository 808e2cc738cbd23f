package dev.tollgate.pages.live;

import dev.tollgate.books.ledger.Balance;
import dev.tollgate.customers.figures.Figures;
import dev.tollgate.customers.figures.LiveAccounts;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.running.CallNow;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Figures as pages and events write them: both say the same. */
public final class LiveTexts {

    private static final String NOTHING = "–";
    private static final int NEW_SHOWN_MAX = 50;

    private LiveTexts() {}

    /** A running call as a row: each cell a finished text. @param credits so far; of another node's call what it holds */
    private record Row(String href, String model, String key, String took, String tokens, String credits) {}

    public static String balanceAbout(Balance balance, Money money) {
        String held = balance.reservedMicros() == 0
                ? ""
                : " · " + money.sum(balance.reservedMicros()) + " held by running calls";
        return money.other().sum(balance.balanceMicros()) + money.other().unit() + held;
    }

    public static String callsAbout(Figures today) {
        String failed = today.failed() == 0 ? "none failed" : Display.number(today.failed()) + " failed";
        long half = today.firstByteMillis(50);
        return half < 0
                ? failed
                : failed + " · first byte " + Display.about(half) + ", 95 % within "
                        + Display.about(today.firstByteMillis(95));
    }

    static Map<String, Object> of(LiveAccounts.Now now, Map<String, CallNow> running, Instant at) {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("calls", Display.number(now.today().calls()));
        figures.put("title:calls", Display.number(now.today().calls()) + " that have ended");
        figures.put("calls-about", callsAbout(now.today()));
        figures.put("running", Display.number(now.running().size()));
        figures.put(
                "list:running",
                now.running().stream()
                        .map(call -> row(call, running.get(call.id()), at))
                        .toList());
        return figures;
    }

    static Map<String, Object> spent(LiveAccounts.Now now, Money money) {
        long today = now.today().netMicros();
        return Map.of("today", money.sum(today), "title:today", Money.exact(today));
    }

    static Map<String, Object> balance(LiveAccounts.Now now, Money money) {
        Balance balance = now.head().balance();
        return Map.of(
                "balance",
                money.sum(balance.balanceMicros()),
                "title:balance",
                Money.exact(balance.balanceMicros()),
                "balance-about",
                balanceAbout(balance, money));
    }

    /** @param now null where another node has it */
    private static Row row(LiveAccounts.RunningCall call, @Nullable CallNow now, Instant at) {
        return new Row(
                "/dashboard/requests/" + call.id(),
                call.model(),
                call.keyName(),
                took(call.startedAt(), at),
                now == null ? NOTHING : Display.number(now.tokens()),
                now == null ? "holds " + Display.charge(call.heldMicros()) : Display.charge(now.micros()));
    }

    /** Returns the state of a running call as a sentence. */
    public static String runs(Instant since, long heldMicros, Instant at) {
        return "The call has been running for " + took(since, at) + " and holds " + Display.charge(heldMicros)
                + " credits.";
    }

    /** Returns the duration in whole seconds. */
    public static String took(Instant since, Instant at) {
        return Display.number(Math.max(0, Duration.between(since, at).toSeconds())) + " s";
    }

    /** Returns the figures of one running call, or that it has ended. */
    static Map<String, Object> call(LiveAccounts.Now now, String id, Map<String, CallNow> running, Instant at) {
        for (LiveAccounts.RunningCall call : now.running()) {
            if (call.id().equals(id)) {
                CallNow here = running.get(id);
                Row row = row(call, here, at);
                long held = here == null ? call.heldMicros() : here.heldMicros();
                return Map.of(
                        "call-took",
                        row.took(),
                        "call-tokens",
                        row.tokens(),
                        "call-credits",
                        here == null ? NOTHING : row.credits(),
                        "call-held",
                        Display.charge(held),
                        "call-story",
                        runs(call.startedAt(), held, at));
            }
        }
        return Map.of("call-ended", "The call has ended – show");
    }

    /** Empty where there is none. */
    static String newer(int calls) {
        if (calls == 0) {
            return "";
        }
        return (calls > NEW_SHOWN_MAX ? "More than " + NEW_SHOWN_MAX : Display.number(calls))
                + (calls == 1 ? " new call" : " new calls") + " – show";
    }
}
