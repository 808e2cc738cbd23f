package dev.tollgate.pages.dashboard.requests;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.error.Shortage;
import dev.tollgate.base.error.Shortage.OfLimit.Owner;
import dev.tollgate.base.words.Language;
import dev.tollgate.books.budgets.Budgets;
import dev.tollgate.customers.rejections.RefusedCall;
import dev.tollgate.pages.dashboard.parts.KeyNames;
import dev.tollgate.pages.dashboard.parts.PageLink;
import dev.tollgate.pages.frame.Cell;
import dev.tollgate.pages.words.Rich;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The texts of a refused call as a row of a table. Pure. */
public final class RefusedLine {

    private static final Pattern NAMES = Pattern.compile("\\{[^}]*}");

    private RefusedLine() {}

    /** The help with a refusal. */
    public record Help(String label, String href) {}

    /** Equal refusals that follow each other. @param call the latest of them */
    public record Equal(RefusedCall call, String words, int times) {

        private Equal again() {
            return new Equal(call, words, times + 1);
        }

        private boolean has(RefusedCall other, String said) {
            return words.equals(said)
                    && Objects.equals(quoted(call), quoted(other))
                    && call.code() == other.code()
                    && call.accountId().equals(other.accountId())
                    && call.keyId().equals(other.keyId())
                    && call.route().equals(other.route());
        }

        /** Returns the time of the latest, and how many there are if there are several. */
        public Cell time(ZoneId zone) {
            return Cell.time(call.at(), zone, null).under(times == 1 ? null : times + " ×");
        }
    }

    /** Returns the rows of a list, the newest first. @param words the reason of a call */
    public static List<Equal> rows(List<RefusedCall> calls, Function<RefusedCall, String> words) {
        List<Equal> rows = new ArrayList<>();
        for (RefusedCall call : calls) {
            String said = words.apply(call);
            if (!rows.isEmpty() && rows.getLast().has(call, said)) {
                rows.add(rows.removeLast().again());
            } else {
                rows.add(new Equal(call, said, 1));
            }
        }
        return rows;
    }

    /** Returns the name of the key, or what the call came from. */
    public static String key(String keyId, KeyNames names) {
        return keyId.isEmpty() ? say("Playground") : names.name(keyId);
    }

    /**
     * Returns where it can be helped; null where nowhere, or no more.
     *
     * @param free the account's credits that can be spent now, in micro-credits
     * @param raises whether the reader may raise budgets
     */
    public static @Nullable Help help(RefusedCall call, long free, boolean raises, Instant now) {
        return help(call.shortage(), call.keyId(), free, raises, now);
    }

    private static @Nullable Help help(
            @Nullable Shortage shortage, String key, long free, boolean raises, Instant now) {
        return switch (shortage) {
            case null -> null;
            case Shortage.OfCredits credits -> {
                Long least = credits.leastMicros();
                boolean lacks = least == null ? free == 0 : free < least || credits.withheld() != null;
                yield lacks ? new Help(say("Top up"), "/dashboard/billing/top-up") : null;
            }
            case Shortage.OfLimit limit -> {
                Instant freesAt = limit.freesAt();
                boolean isOver = freesAt != null && !freesAt.isAfter(now);
                String raise = limit.zone() != null
                        ? raises ? budget(limit) : null
                        : limit.owner().kind() == Owner.KEY && !key.isEmpty()
                                ? PageLink.toLimit(key, limit.window().code())
                                : null;
                yield raise == null || isOver ? null : new Help(say("Raise it"), raise);
            }
        };
    }

    private static String budget(Shortage.OfLimit limit) {
        String owner = limit.owner().kind() == Owner.ACCOUNT
                ? Budgets.ACCOUNT
                : limit.owner().id();
        return PageLink.toBudget(owner, limit.window().code());
    }

    /** Returns why a call was refused, with the help if there is any. */
    public static Cell reason(RefusedCall call, String words, @Nullable Help help) {
        String quoted = quoted(call);
        Cell cell = Cell.of(words).and(quoted == null || Language.now().isEnglish() ? null : Rich.english(quoted));
        return (help == null ? cell : cell.linked(help.href(), help.label()))
                .under(route(call) + " · " + call.requestId());
    }

    /** Returns the error message where the page has no other words for it; null where it has. */
    private static @Nullable String quoted(RefusedCall call) {
        return call.shortage() == null ? call.message() : null;
    }

    /** The address that was asked; what stood in the places of its pattern's names is in the message, where it matters. */
    private static String route(RefusedCall call) {
        return NAMES.matcher(call.route()).replaceAll("…");
    }
}
