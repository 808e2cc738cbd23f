package dev.tollgate.pages.dashboard.parts;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.words.TimeForm;
import dev.tollgate.books.budgets.BudgetsNow;
import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.books.budgets.SpendWindow;
import dev.tollgate.books.budgets.SpendWindow.WindowUse;
import dev.tollgate.books.budgets.SpentRule;
import dev.tollgate.books.ledger.SpendPath;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.pages.words.Joined;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A budget as pages show it.
 *
 * @param name of the owner
 * @param limitMicros null counts without a limit
 * @param zone whose windows it has
 * @param endsAt end of the window; null for all time
 */
public record BudgetBar(
        String name,
        SpendWindow window,
        @Nullable Long limitMicros,
        WindowUse use,
        ZoneId zone,
        @Nullable Instant endsAt) {

    private static final TimeForm RESET = TimeForm.MINUTE;
    private static final TimeForm DAY = TimeForm.LONG_DAY_OF_MONTH;
    private static final TimeForm CLOCK = TimeForm.CLOCK;

    public static BudgetBar of(String name, BudgetsNow.Line line, ZoneId zone) {
        return new BudgetBar(name, line.window(), line.limitMicros(), line.use(), zone, line.endsAt());
    }

    /** Returns all windows of a key's or an account's own limits, the shortest first, those without a limit too. */
    public static List<BudgetBar> ofLimits(
            String name, SpendLimits limits, Map<SpendWindow, WindowUse> uses, Instant now) {
        return SpendWindow.OF_LIMITS.stream()
                .map(window -> new BudgetBar(
                        name,
                        window,
                        limits.in(window),
                        uses.getOrDefault(window, WindowUse.NONE),
                        ZoneOffset.UTC,
                        window.endsAt(now)))
                .toList();
    }

    /** Returns a budget or a limit of a path. @param member the name of the owner's member; empty without one */
    public static BudgetBar of(SpendPath.LimitUse limit, String member) {
        String name =
                switch (limit.owner().kind()) {
                    case KEY -> say("This key");
                    case MEMBER -> member;
                    case TEAM -> say("Team {name}", limit.owner().name());
                    case ACCOUNT -> limit.zone() == null ? say("Operator's limit") : say("Organization");
                };
        ZoneId zone = Objects.requireNonNullElse(limit.zone(), ZoneOffset.UTC);
        return new BudgetBar(name, limit.window(), limit.limitMicros(), limit.use(), zone, limit.endsAt());
    }

    /** Returns the name of a window at the beginning of a text. */
    public static String name(SpendWindow window) {
        return switch (window) {
            case HOUR -> say("window::Hour");
            case DAY -> say("window::Day");
            case WEEK -> say("window::Week");
            case MONTH -> say("window::Month");
            case TOTAL -> say("In all");
        };
    }

    /** Returns the window within a text. */
    public String per() {
        return switch (window) {
            case HOUR -> say("window::hour");
            case DAY -> say("window::day");
            case WEEK -> say("window::week");
            case MONTH -> say("window::month");
            case TOTAL -> say("in all");
        };
    }

    /** Returns the micro-credits that are left; null without a limit. */
    public @Nullable Long leftMicros() {
        return limitMicros == null ? null : Math.max(0, limitMicros - use.micros());
    }

    /** Returns what is left; it and what is used add up to the limit as they are shown. Only with a limit. */
    public String left(Money money) {
        return money.left(Objects.requireNonNull(limitMicros), use.micros());
    }

    /** Returns what is left, held and when it resets, in sentences. Only with a limit. @param until when calls are accepted again; null: they are now */
    public String state(Money money, ZoneId page, @Nullable String until) {
        String resets = resets(page);
        String facts = Joined.facts(
                say("{amount} left", left(money)),
                use.heldMicros() == 0 ? null : say("{amount} held by running calls", money.sum(use.heldMicros())),
                resets == null ? null : say("resets {time}", resets));
        if (until == null && !full()) {
            return facts;
        }
        return Joined.sentences(
                say("{facts}.", facts),
                until == null ? say("Calls are refused.") : say("Calls are refused until {time}.", until));
    }

    /** Returns how much of the limit is used, held credits included, from 0 to 100; 0 without a limit. */
    public long percent() {
        if (limitMicros == null || use.micros() == 0 && limitMicros > 0) {
            return 0;
        }
        return full() ? 100 : Math.clamp(use.micros() / Math.max(1, limitMicros / 100), 1, 99);
    }

    /** Returns whether most of it is charged. */
    public boolean isNear() {
        return limitMicros != null && SpentRule.isReached(use.chargedMicros(), limitMicros, SpentRule.NEAR_PERCENT);
    }

    public boolean full() {
        return limitMicros != null && use.micros() >= limitMicros;
    }

    /**
     * Returns what ends the window, such as {@code 1 December}, or {@code 01:00 (Berlin)} for a limit, which has windows of UTC.
     *
     * @param page the zone of the page
     */
    public String until(ZoneId page) {
        if (endsAt == null) {
            return say("the limit is raised");
        }
        return zone instanceof ZoneOffset
                ? clock(endsAt, page)
                : (window == SpendWindow.HOUR ? CLOCK : DAY).format(endsAt.atZone(zone));
    }

    /** Returns a time of less than a day ahead, with its zone. */
    public static String clock(Instant at, ZoneId page) {
        return in(CLOCK, at, page);
    }

    /** Returns a time with its zone. */
    public static String in(TimeForm form, Instant at, ZoneId zone) {
        String id = zone instanceof ZoneOffset ? "UTC" : zone.getId();
        return say(
                "{time} ({zone})",
                form.format(at.atZone(zone)),
                id.substring(id.lastIndexOf('/') + 1).replace('_', ' '));
    }

    /** Returns the end of the window, e.g. {@code 1 Dec 00:00 (Berlin)}; null if it has none. @param page the zone of the page, for limits */
    public @Nullable String resets(ZoneId page) {
        return resets(RESET, page);
    }

    /** Returns the same with the time in another form. */
    public @Nullable String resets(TimeForm form, ZoneId page) {
        return endsAt == null ? null : in(form, endsAt, zone instanceof ZoneOffset ? page : zone);
    }
}
