package dev.tollgate.pages.live;

import static dev.tollgate.base.words.Words.say;

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
        String amount = money.other().withUnit(money.other().sum(balance.balanceMicros()));
        return balance.reservedMicros() == 0
                ? amount
                : amount + " · " + say("{held} held by running calls", money.sum(balance.reservedMicros()));
    }

    public static String callsAbout(Figures today) {
        String failed = today.failed() == 0 ? say("none failed") : say("{count} failed", today.failed());
        long half = today.firstByteMillis(50);
        return half < 0
                ? failed
                : failed + " · "
                        + say(
                                "first byte {median}, 95 % within {most}",
                                Display.about(half), Display.about(today.firstByteMillis(95)));
    }

    static Map<String, Object> of(LiveAccounts.Now now, Map<String, CallNow> running, Instant at) {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("calls", Display.number(now.today().calls()));
        figures.put("title:calls", say("{count} that have ended", now.today().calls()));
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
                call.keyName().isEmpty() ? say("Playground") : call.keyName(),
                took(call.startedAt(), at),
                now == null ? NOTHING : Display.number(now.tokens()),
                now == null ? say("holds {credits}", Display.charge(call.heldMicros())) : Display.charge(now.micros()));
    }

    /** Returns the state of a running call as a sentence. */
    public static String runs(Instant since, long heldMicros, Instant at) {
        return say(
                "The call has been running for {took} and holds {credits} credits.",
                took(since, at),
                Display.charge(heldMicros));
    }

    /** Returns the duration in whole seconds. */
    public static String took(Instant since, Instant at) {
        return say("{seconds} s", Math.max(0, Duration.between(since, at).toSeconds()));
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
        return Map.of("call-ended", say("The call has ended – show"));
    }

    /** Empty where there is none. */
    static String newer(int calls) {
        if (calls == 0) {
            return "";
        }
        return calls > NEW_SHOWN_MAX
                ? say("More than {count} new calls – show", NEW_SHOWN_MAX)
                : say("{n} new call – show | {n} new calls – show", calls);
    }
}
