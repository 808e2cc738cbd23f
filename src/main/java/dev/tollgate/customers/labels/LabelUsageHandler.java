package dev.tollgate.customers.labels;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.ids.CallLabels;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.books.ledger.Records;
import dev.tollgate.customers.figures.Figure;
import dev.tollgate.customers.figures.ListParameters;
import dev.tollgate.customers.figures.UsageHandler;
import dev.tollgate.customers.figures.UsageQuestion.By;
import dev.tollgate.customers.keys.KeyCaller;
import dev.tollgate.customers.keys.KeyKind;
import dev.tollgate.customers.labels.LabelUsage.Group;
import dev.tollgate.customers.labels.LabelUsage.Question;
import dev.tollgate.http.Cursor;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;
import dev.tollgate.http.Parameter;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * {@code GET /v1/usage} with {@code tag:NAME} or {@code end_user} in {@code group_by}: by the labels of calls, over whole days (UTC). Other questions go to
 * the handler of all usage.
 */
public final class LabelUsageHandler implements Handler<KeyCaller> {

    private static final String GROUP_BY = "group_by";
    private static final String TAG = "tag:";
    private static final String END_USER = "end_user";
    private static final String ALLOWED = "tag:NAME or end_user, alone or with day and model, separated by commas";

    /** Keys and their owners are counted apart from labels. */
    private static final List<String> OTHERS = List.of("key", "team", "member");

    private static final int LIMIT_DEFAULT = 1_000;
    private static final int LIMIT_MAX = 5_000;
    private static final long GROUP_BYTES = 512;

    private final UsageHandler others;
    private final LabelUsage usage;
    private final InstantSource clock;

    public LabelUsageHandler(UsageHandler others, LabelUsage usage, InstantSource clock) {
        this.others = others;
        this.usage = usage;
        this.clock = clock;
    }

    @Override
    public void handle(Exchange exchange, KeyCaller caller) {
        ListParameters parameters = new ListParameters(exchange);
        String by = parameters.text(GROUP_BY);
        String label = by == null ? null : label(by);
        if (by == null || label == null) {
            others.handle(exchange, caller);
            return;
        }
        if (caller.key().settings().kind() != KeyKind.MANAGEMENT) {
            throw Parameter.wrong(
                    GROUP_BY,
                    by,
                    "some of day, model, key, team and member: labels of all calls need a management key");
        }
        for (String other : OTHERS) {
            String given = parameters.text(other);
            if (given != null) {
                throw Parameter.wrong(other, given, "absent if usage is grouped by a tag or by end users");
            }
        }
        Question question = question(parameters, by, label);
        int limit = parameters.limit(LIMIT_DEFAULT, LIMIT_MAX);
        Integer after =
                Cursor.read(parameters.text("after"), 1, cursor -> (int) Math.min(cursor.number(0), Integer.MAX_VALUE));
        int from = after == null ? 0 : after;
        exchange.compute(
                () -> Records.read(() -> read(caller, by, question)),
                table -> exchange.json(limit * GROUP_BYTES, () -> render(table, question, from, limit)));
    }

    /** @throws dev.tollgate.base.error.ApiException a 400 for a tag that is not declared and that no call has */
    private LabelUsage.Table read(KeyCaller caller, String by, Question question) {
        String name = question.name();
        List<String> declared = caller.labels().names();
        if (!name.equals(CallLabels.END_USER) && !declared.contains(name) && !usage.knows(caller.accountId(), name)) {
            throw Parameter.wrong(
                    GROUP_BY,
                    by,
                    "tag:NAME with a declared name; "
                            + (declared.isEmpty() ? "none is declared" : "declared: " + String.join(", ", declared)));
        }
        return usage.read(caller.accountId(), question);
    }

    /** Returns the name of the tag in a list of groups, or the end users'; null without one. */
    private static @Nullable String label(String text) {
        for (String word : text.split(",", -1)) {
            String name = word.strip();
            if (name.equals(END_USER)) {
                return CallLabels.END_USER;
            }
            if (name.startsWith(TAG)) {
                return name.substring(TAG.length());
            }
        }
        return null;
    }

    private Question question(ListParameters parameters, String text, String label) {
        Set<By> by = EnumSet.noneOf(By.class);
        int labels = 0;
        for (String word : text.split(",", -1)) {
            switch (word.strip()) {
                case "day" -> by.add(By.DAY);
                case "model" -> by.add(By.MODEL);
                default -> labels++;
            }
        }
        if (labels != 1 || !label.equals(CallLabels.END_USER) && !CallLabels.isName(label)) {
            throw Parameter.wrong(GROUP_BY, text, ALLOWED);
        }
        String zone = parameters.text("tz");
        if (zone != null && !zone.equals("UTC")) {
            throw Parameter.wrong("tz", zone, "UTC: labels are counted by its days");
        }
        Instant start = parameters.time("start", ZoneOffset.UTC);
        Instant end = parameters.time("end", ZoneOffset.UTC);
        Instant to = end == null ? clock.instant() : end;
        LocalDate from = start == null ? day(to).withDayOfMonth(1) : day(start);
        LocalDate last = day(to.minusMillis(1)).plusDays(1);
        if (!from.isBefore(last)) {
            throw ApiError.invalid("end", "'end' must be after 'start': the days are " + from + " to " + last + ".")
                    .asException();
        }
        if (from.plusYears(100).isBefore(last)) {
            throw ApiError.invalid("start", "'start' to 'end' must be 100 years at most.")
                    .asException();
        }
        return new Question(label, from, last, by, parameters.text("model"));
    }

    private static LocalDate day(Instant at) {
        return at.atZone(ZoneOffset.UTC).toLocalDate();
    }

    private static byte[] render(LabelUsage.Table table, Question question, int from, int limit) {
        List<Group> groups = table.groups();
        if (groups == null) {
            throw ApiError.invalid(
                            GROUP_BY,
                            "The range has more than " + LabelUsage.GROUPS_MAX
                                    + " groups. Ask for fewer days, or group by fewer fields.")
                    .asException();
        }
        int begin = Math.min(from, groups.size());
        int end = Math.min(begin + limit, groups.size());
        return ApiJson.object(4_096, json -> {
            json.writeStringProperty("object", "usage");
            json.writeStringProperty("start", table.span().from().toString());
            json.writeStringProperty("end", table.span().to().toString());
            json.writeStringProperty("tz", "UTC");
            json.writeObjectPropertyStart("totals");
            Figure.write(json, table.all());
            json.writeEndObject();
            json.writeArrayPropertyStart("groups");
            groups.subList(begin, end).forEach(group -> write(json, group, question.name()));
            json.writeEndArray();
            json.writeStringProperty(
                    "next", end < groups.size() ? Cursor.of(end).text() : null);
        });
    }

    private static void write(JsonGenerator json, Group group, String name) {
        json.writeStartObject();
        if (group.day() != null) {
            json.writeStringProperty("day", group.day().toString());
        }
        if (group.model() != null) {
            json.writeStringProperty("model", group.model());
        }
        json.writeStringProperty(name.equals(CallLabels.END_USER) ? END_USER : TAG + name, group.value());
        Figure.write(json, group.figures());
        json.writeEndObject();
    }
}
