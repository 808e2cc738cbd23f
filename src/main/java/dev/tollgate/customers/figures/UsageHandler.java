package dev.tollgate.customers.figures;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.books.ledger.Records;
import dev.tollgate.books.tasks.TaskJson;
import dev.tollgate.customers.figures.UsageQuestion.By;
import dev.tollgate.customers.keys.KeyCaller;
import dev.tollgate.http.Cursor;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;
import dev.tollgate.http.Parameter;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * {@code GET /v1/usage?start&end&tz&group_by&model&key&team&member&after&limit}: figures from the roll-ups, of any length. Without a range: this month so
 * far. Tokens are the upstream's counts whatever units a model prints.
 */
public final class UsageHandler implements Handler<KeyCaller> {

    private static final int LIMIT_DEFAULT = 1_000;
    private static final int LIMIT_MAX = 5_000;

    private final AccountHistory history;
    private final InstantSource clock;

    public UsageHandler(AccountHistory history, InstantSource clock) {
        this.history = history;
        this.clock = clock;
    }

    @Override
    public void handle(Exchange exchange, KeyCaller caller) {
        UsageQuestion question = question(new ListParameters(exchange), caller);
        String accountId = caller.accountId();
        exchange.compute(
                () -> Records.read(() -> history.usage(accountId, question)),
                table -> exchange.json(question.limit() * UsageGroup.JSON_BYTES, () -> render(table, question)));
    }

    private UsageQuestion question(ListParameters parameters, KeyCaller caller) {
        ZoneId zone = parameters.zone();
        Instant now = clock.instant();
        Instant start = parameters.time("start", zone);
        Instant end = parameters.time("end", zone);
        LocalDate month = now.atZone(zone).toLocalDate().withDayOfMonth(1);
        Instant from = start == null ? month.atStartOfDay(zone).toInstant() : start;
        Instant to = end == null ? now : end;
        if (!from.isBefore(to)) {
            throw ApiError.invalid("end", "'end' must be after 'start': the range is " + from + " to " + to + ".")
                    .asException();
        }
        Set<By> by = by(parameters.text("group_by"));
        return new UsageQuestion(
                span(from, to, zone),
                by,
                parameters.text("model"),
                parameters.keys(caller),
                Cursor.read(parameters.text("after"), by.size(), cursor -> UsageGroup.at(by, cursor)),
                parameters.limit(LIMIT_DEFAULT, LIMIT_MAX));
    }

    private Span span(Instant from, Instant to, ZoneId zone) {
        try {
            return history.span(from, to, zone);
        } catch (IllegalArgumentException | DateTimeException e) {
            throw ApiError.invalid("start", "'start' to 'end' must be 100 years at most.")
                    .asException();
        }
    }

    private static Set<By> by(@Nullable String text) {
        Set<By> by = EnumSet.noneOf(By.class);
        if (text != null) {
            for (String name : text.split(",", -1)) {
                by.add(by(name, text));
            }
        }
        return by;
    }

    private static By by(String name, String text) {
        for (By by : By.values()) {
            if (by.word().equals(name.strip())) {
                return by;
            }
        }
        throw Parameter.wrong("group_by", text, "some of day, model, key, team and member, separated by commas");
    }

    // ---- the answer ----

    private static byte[] render(UsageTable table, UsageQuestion question) {
        return ApiJson.object(4_096, json -> {
            json.writeStringProperty("object", "usage");
            json.writeStringProperty("start", table.span().from().toString());
            json.writeStringProperty("end", table.span().to().toString());
            json.writeStringProperty(
                    "tz",
                    table.span().zone().getId().equals("Z")
                            ? "UTC"
                            : table.span().zone().getId());
            json.writeObjectPropertyStart("totals");
            Figure.write(json, table.all());
            json.writeEndObject();
            json.writeArrayPropertyStart("groups");
            if (!question.by().isEmpty()) {
                table.groups().forEach(group -> write(json, group));
            }
            json.writeEndArray();
            json.writeStringProperty(
                    "next",
                    table.isMore()
                            ? table.groups().getLast().place(question.by()).text()
                            : null);
        });
    }

    private static void write(JsonGenerator json, UsageGroup group) {
        json.writeStartObject();
        if (group.day() != null) {
            json.writeStringProperty("day", group.day().toString());
        }
        if (group.model() != null) {
            json.writeStringProperty("model", group.model());
        }
        if (group.keyId() != null) {
            json.writeStringProperty("key", group.keyId());
        }
        if (group.teamId() != null) {
            TaskJson.writeOwner(json, "team", group.teamId());
        }
        if (group.memberId() != null) {
            TaskJson.writeOwner(json, "member", group.memberId());
        }
        Figure.write(json, group.figures());
        json.writeEndObject();
    }
}
