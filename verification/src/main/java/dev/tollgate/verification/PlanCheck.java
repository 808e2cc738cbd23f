package dev.tollgate.verification;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Checks the versions of plans. Counts the calendar of a version's periods. */
final class PlanCheck extends VersionCheck<PlanCheck.Version> {

    private static final long DAY_MILLIS = 86_400_000;
    private static final Set<String> PERIODS = Set.of("day", "week", "month");

    /** @param closedAt in milliseconds; null if it is not closed */
    record Version(
            String name,
            long number,
            long createdAt,
            @Nullable Long closedAt,
            @Nullable JsonNode body) implements VersionCheck.Version {

        String text(String member) {
            return body == null ? "" : body.path(member).asString("");
        }

        long cents() {
            return body == null ? 0 : body.path("cents").longValue(0);
        }

        long credits() {
            return body == null ? 0 : body.path("credits_micros").longValue(0);
        }

        String models() {
            return body == null
                    ? ""
                    : body.path("models").valueStream().map(JsonNode::asString).collect(Collectors.joining(" "));
        }

        /** Returns the end of a period in milliseconds: the same day and time some days later, or of a later month, at most its last day. @param number 0 for the anchor */
        long end(long anchor, long number) {
            if (!text("period").equals("month")) {
                return anchor + number * DAY_MILLIS * (text("period").equals("week") ? 7 : 1);
            }
            LocalDateTime first = LocalDateTime.ofInstant(Instant.ofEpochMilli(anchor), ZoneOffset.UTC);
            YearMonth month = YearMonth.of(first.getYear(), 1).plusMonths(first.getMonthValue() - 1 + number);
            return month.atDay(Math.min(first.getDayOfMonth(), month.lengthOfMonth()))
                    .atTime(first.toLocalTime())
                    .toInstant(ZoneOffset.UTC)
                    .toEpochMilli();
        }
    }

    private final GroupCheck groups;
    private final Set<String> closed = new TreeSet<>();

    /** @param groups that have been read before */
    PlanCheck(GroupCheck groups) {
        super(
                "plan",
                "plan",
                "SELECT sequence, plan, number, created_at, closed_at, body FROM plan_version ORDER BY sequence",
                "name cents period group limits models on_sale");
        this.groups = groups;
    }

    @Override
    Version version(String name, long number, long createdAt, @Nullable Long time, @Nullable JsonNode body) {
        Version version = new Version(name, number, createdAt, time, body);
        if (time != null) {
            closed.add(closed(version.mark(), time));
        }
        return version;
    }

    @Override
    boolean isSound(JsonNode body) {
        long cents = body.path("cents").longValue(-1);
        return body.path("cents").isIntegralNumber()
                && (cents == 0 && !body.path("on_sale").booleanValue(false) || cents >= 50)
                && (body.path("on_sale").isMissingNode() || body.path("on_sale").isBoolean())
                && body.path("credits_micros").isIntegralNumber()
                && body.path("credits_micros").longValue(0) > 0
                && PERIODS.contains(body.path("period").asString(""))
                && !body.path("name").asString("").isBlank()
                && body.path("models").isArray()
                && body.path("limits").isString()
                && (body.path("group").isNull() || groups.has(body.path("group").asString("")));
    }

    @Override
    void compare(Version version, JsonNode after, List<String> others) {
        BigDecimal credits = after.path("credits").decimalValue(BigDecimal.ZERO);
        PriceDeedCheck.other(others, "credits", credits.movePointRight(6).longValue() == version.credits());
    }

    @Override
    Set<String> closed() {
        return closed;
    }

    @Override
    List<String> closed(String name, JsonNode after) {
        long at = PriceDeedCheck.millis(after.path("closed_at"));
        return after.path("versions")
                .valueStream()
                .map(number -> closed(name + "." + number.asString(""), at))
                .toList();
    }

    /** Returns whether a plan was assigned while a version was there and open, by the order of the rows of the audit log. */
    boolean isOpen(Version version, long assignedIn) {
        Long set = row(version.mark());
        Long close = version.closedAt() == null ? null : row(closed(version.mark(), version.closedAt()));
        return (set == null || set < assignedIn) && (close == null || close > assignedIn);
    }

    private static String closed(String mark, long millis) {
        return mark + " at " + Instant.ofEpochMilli(millis);
    }
}
