package dev.tollgate.verification;

import dev.tollgate.storage.Dialect;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Checks the versions of plans: sequences and numbers have no gap, and their terms can be. Counts the calendar of a version's periods. */
final class PlanCheck implements Check {

    private static final long DAY_MILLIS = 86_400_000;
    private static final Set<String> PERIODS = Set.of("day", "week", "month");

    /**
     * @param body null if it cannot be read, or has terms that cannot be
     * @param closedAt in milliseconds; null if it is not closed
     */
    record Version(
            String plan,
            long number,
            long createdAt,
            @Nullable JsonNode body,
            @Nullable Long closedAt) {

        String mark() {
            return plan + "." + number;
        }

        String text(String member) {
            return body == null ? "" : body.path(member).asString("");
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

    private final Map<String, List<Version>> plans = new HashMap<>();
    private final GroupCheck groups;
    private long sequence;

    /** @param groups that have been read before */
    PlanCheck(GroupCheck groups) {
        this.groups = groups;
    }

    @Override
    public String subject() {
        return "plans";
    }

    @Override
    public String sql(Dialect dialect) {
        return "SELECT sequence, plan, number, created_at, body, closed_at FROM plan_version ORDER BY sequence";
    }

    @Override
    public void row(ResultSet row, Findings findings) throws SQLException {
        String plan = row.getString(2);
        long number = row.getLong(3);
        long at = row.getLong(6);
        Long closedAt = row.wasNull() ? null : Long.valueOf(at);
        Version version =
                new Version(plan, number, row.getLong(4), sound(PriceDeedCheck.read(row.getString(5))), closedAt);
        String name = "version " + version.mark() + " of a plan";
        sequence++;
        if (row.getLong(1) != sequence) {
            findings.add(name + " has sequence " + row.getLong(1) + ", it should have " + sequence);
            sequence = row.getLong(1);
        }
        List<Version> its = plans.computeIfAbsent(plan, _ -> new ArrayList<>());
        if (number != its.size() + 1) {
            findings.add(name + " should have number " + (its.size() + 1));
        }
        if (version.body == null) {
            findings.add(name + " has terms that cannot be");
        }
        if (version.closedAt != null && version.closedAt < version.createdAt) {
            findings.add(name + " was closed before it was set");
        }
        its.add(version);
    }

    private @Nullable JsonNode sound(@Nullable JsonNode body) {
        if (body == null) {
            return null;
        }
        long cents = body.path("cents").longValue(-1);
        String group = body.path("group").asString("");
        boolean isSound = body.path("cents").isIntegralNumber()
                && (cents == 0 || cents >= 50)
                && body.path("credits_micros").isIntegralNumber()
                && body.path("credits_micros").longValue(0) > 0
                && PERIODS.contains(body.path("period").asString(""))
                && !body.path("name").asString("").isBlank()
                && body.path("models").isArray()
                && body.path("limits").isString()
                && (body.path("group").isNull() || groups.groups().containsKey(group));
        return isSound ? body : null;
    }

    /** Returns a version; null if there is none. */
    @Nullable
    Version of(String plan, long number) {
        return plans.getOrDefault(plan, List.of()).stream()
                .filter(version -> version.number == number)
                .findFirst()
                .orElse(null);
    }

    List<Version> all() {
        return plans.values().stream().flatMap(List::stream).toList();
    }

    /** Compares each version, and its end, with the rows of the audit log of their commits. */
    static final class OfAuditLog implements Check {

        private final PlanCheck plans;
        private final Map<String, JsonNode> told = new HashMap<>();
        private final Map<String, Long> closed = new HashMap<>();

        /** @param plans that have been read before */
        OfAuditLog(PlanCheck plans) {
            this.plans = plans;
        }

        @Override
        public String subject() {
            return "audit log of plans";
        }

        @Override
        public String sql(Dialect dialect) {
            return "SELECT sequence, subject, action, after_json FROM audit_log WHERE action IN ('plan.set', 'plan.close') ORDER BY sequence";
        }

        @Override
        public void row(ResultSet row, Findings findings) throws SQLException {
            JsonNode after = PriceDeedCheck.read(row.getString(4));
            if (after == null) {
                findings.add("row " + row.getLong(1) + " of the audit log does not say what became of plan "
                        + row.getString(2));
            } else if (row.getString(3).equals("plan.set")) {
                told.put(row.getString(2) + "." + after.path("version").asString(""), after);
            } else {
                long at = PriceDeedCheck.millis(after.path("closed_at"));
                for (JsonNode number : after.path("versions")) {
                    closed.put(row.getString(2) + "." + number.asString(""), at);
                }
            }
        }

        @Override
        public void end(Findings findings) {
            for (Version version : plans.all()) {
                String name = "version " + version.mark() + " of a plan";
                JsonNode after = told.remove(version.mark());
                if (after == null) {
                    findings.add(name + " was set, and no row of the audit log says so");
                } else if (version.body != null) {
                    compare(name, version, version.body, after, findings);
                }
                if (!Objects.equals(version.closedAt, closed.remove(version.mark()))) {
                    findings.add(name
                            + " is closed at another time than the audit log says, or only one of them has it closed");
                }
            }
            told.keySet()
                    .forEach(mark ->
                            findings.add("the audit log tells of version " + mark + " of a plan, which is not there"));
            closed.keySet()
                    .forEach(mark ->
                            findings.add("the audit log closes version " + mark + " of a plan, which is not there"));
        }

        private static void compare(String name, Version version, JsonNode body, JsonNode after, Findings findings) {
            List<String> others = new ArrayList<>();
            for (String member : List.of("name", "cents", "period", "group", "limits", "models")) {
                PriceDeedCheck.other(others, member, after.path(member).equals(body.path(member)));
            }
            long credits = after.path("credits")
                    .decimalValue(BigDecimal.ZERO)
                    .movePointRight(6)
                    .longValue();
            PriceDeedCheck.other(others, "credits", credits == version.credits());
            PriceDeedCheck.other(others, "time", PriceDeedCheck.millis(after.path("set_at")) == version.createdAt());
            if (!others.isEmpty()) {
                findings.add(name + " differs from its row of the audit log: " + String.join(", ", others));
            }
        }
    }
}
