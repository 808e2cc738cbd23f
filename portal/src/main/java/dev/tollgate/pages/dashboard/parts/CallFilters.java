package dev.tollgate.pages.dashboard.parts;

import dev.tollgate.base.ids.ProtocolName;
import dev.tollgate.books.calls.TaskStatus;
import dev.tollgate.customers.figures.CallFilter;
import dev.tollgate.customers.figures.KeyFilter;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.Visitor;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The filters of the call log from the URL. A value that cannot be parsed sets no filter.
 *
 * @param range null for any time
 * @param keys that the URL names, of those that the reader sees
 * @param over credits as typed, or null
 */
public record CallFilters(
        @Nullable ChosenRange range,
        @Nullable String state,
        @Nullable String model,
        KeyFilter keys,
        @Nullable String door,
        @Nullable String flag,
        @Nullable String over) {

    static final List<String> FLAGS = List.of("estimated", "clamped", "total_mismatch", "shortfall");

    private static final int TEXT_CHARS_MAX = 256;
    private static final int CREDITS_DIGITS_MAX = 12;
    private static final BigDecimal MICROS = BigDecimal.valueOf(1_000_000);

    public static CallFilters of(PageRequest<Visitor.Member> request, Instant now) {
        ZoneId zone = request.visitor().person().preferences().zone();
        String state = text(request, "state");
        String door = text(request, "door");
        String flag = text(request, "flag");
        String over = text(request, "over");
        return new CallFilters(
                ChosenRange.of(request, now, zone),
                Arrays.stream(TaskStatus.values()).anyMatch(each -> each.code().equals(state)) ? state : null,
                text(request, "model"),
                new KeyFilter(
                        text(request, "key"),
                        text(request, "team"),
                        text(request, "member"),
                        request.visitor().person().view(Right.USAGE)),
                door != null && ProtocolName.isCode(door) ? door : null,
                flag != null && FLAGS.contains(flag) ? flag : null,
                isAmount(over) ? over : null);
    }

    private static @Nullable String text(PageRequest<?> request, String name) {
        String text = request.query(name);
        return text == null || text.length() > TEXT_CHARS_MAX ? null : text;
    }

    private static boolean isAmount(@Nullable String text) {
        return text != null && text.matches("[0-9]{1," + CREDITS_DIGITS_MAX + "}(\\.[0-9]{0,6})?");
    }

    public @Nullable String key() {
        return keys.keyId();
    }

    public @Nullable String team() {
        return keys.teamId();
    }

    public @Nullable String member() {
        return keys.memberId();
    }

    /** Returns whether no key, team or member is chosen. */
    public boolean isOfAllKeys() {
        return key() == null && team() == null && member() == null;
    }

    public boolean isAll() {
        return range == null
                && state == null
                && model == null
                && isOfAllKeys()
                && door == null
                && flag == null
                && over == null;
    }

    /** Returns whether the roll-ups can answer the question: a range, and perhaps a model, a key, a team or a member. */
    public boolean isKnownToRollups() {
        return range != null && state == null && door == null && flag == null && over == null;
    }

    public CallFilter filter() {
        return new CallFilter(
                range == null ? null : range.from(),
                range == null ? null : range.to(),
                state == null ? Set.of() : Set.of(TaskStatus.parse(state)),
                model,
                keys,
                door,
                flag,
                over == null ? -1 : new BigDecimal(over).multiply(MICROS).longValueExact());
    }

    /** Returns a link to another path with these filters. */
    public PageLink at(String path) {
        PageLink link = PageLink.to(path);
        if (range != null) {
            link = link.with("range", range.name());
            if (range.name().equals("own")) {
                link = link.with("from", range.first().toString())
                        .with("to", range.last().toString());
            }
            link = link.with("utc", range.isUtcByWish() ? "1" : null);
        }
        return link.with("state", state)
                .with("model", model)
                .with("key", key())
                .with("team", team())
                .with("member", member())
                .with("door", door)
                .with("flag", flag)
                .with("over", over);
    }

    // ---- for the template ----

    /** {@code selected} where it is: null leaves the attribute out. */
    public boolean isRange(String value) {
        return range != null && range.name().equals(value);
    }

    public String from() {
        return range == null ? "" : range.first().toString();
    }

    public String to() {
        return range == null ? "" : range.last().toString();
    }

    public boolean isUtc() {
        return range != null && range.isUtcByWish();
    }
}
