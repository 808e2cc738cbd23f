package dev.tollgate.customers.figures.api;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.ids.CallLabels;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.books.ledger.Records;
import dev.tollgate.books.tasks.TaskJson;
import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.figures.AccountHistory.UsageTable;
import dev.tollgate.customers.figures.Figure;
import dev.tollgate.customers.figures.Span;
import dev.tollgate.customers.figures.UsageGroup;
import dev.tollgate.customers.figures.UsageQuestion;
import dev.tollgate.customers.figures.UsageQuestion.By;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;
import dev.tollgate.http.Parameter;
import dev.tollgate.keys.KeyCaller;
import dev.tollgate.keys.KeyKind;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * {@code GET /v1/usage?start&end&tz&group_by&model&key&team&member&after&limit}: figures from the roll-ups, of any length. Without a range: this month so
 * far. Tokens are the upstream's counts whatever units a model prints. With {@code tag:NAME} or {@code end_user} in {@code group_by}: by the labels of
 * calls, over whole days (UTC).
 */
public record UsageHandler(AccountHistory history, InstantSource clock) implements Handler<KeyCaller> {

    private static final String GROUP_BY = "group_by";
    private static final String TAG = "tag:";
    private static final String END_USER = "end_user";
    private static final List<By> GROUPS = List.of(By.DAY, By.MODEL, By.KEY, By.TEAM, By.MEMBER);
    private static final String NAMES = "some of day, model, key, team and member";
    private static final String LABELS = "tag:NAME or end_user, alone or with day and model";

    private static final int LIMIT_DEFAULT = 1_000;
    private static final int LIMIT_MAX = 5_000;

    @Override
    public void handle(Exchange exchange, KeyCaller caller) {
        ListParameters parameters = new ListParameters(exchange);
        UsageQuestion question = question(parameters, caller);
        String accountId = caller.accountId();
        exchange.compute(
                () -> Records.read(() -> {
                    checkTag(parameters, caller, question.label());
                    return history.usage(accountId, question);
                }),
                table -> exchange.json(question.limit() * UsageGroup.JSON_BYTES, () -> render(table, question)));
    }

    private UsageQuestion question(ListParameters parameters, KeyCaller caller) {
        String words = Objects.requireNonNullElse(parameters.text(GROUP_BY), "");
        String label = label(words);
        Set<By> by = words.isEmpty() ? Set.of() : by(words, label);
        if (label != null) {
            checkLabel(parameters, caller, words);
        }
        ZoneId zone = parameters.zone();
        Instant now = clock.instant();
        Instant start = parameters.time("start", zone);
        Instant end = parameters.time("end", zone);
        Instant to = end == null ? now : end;
        LocalDate month = (label == null ? now : to).atZone(zone).toLocalDate().withDayOfMonth(1);
        Instant from = start == null ? month.atStartOfDay(zone).toInstant() : start;
        if (!from.isBefore(to)) {
            throw ApiError.invalid("end", "'end' must be after 'start': the range is " + from + " to " + to + ".")
                    .asException();
        }
        Span span = span(from, to, zone);
        return new UsageQuestion(
                label == null
                        ? span
                        : Span.ofDays(day(from), day(to.minusMillis(1)).plusDays(1)),
                by,
                parameters.text("model"),
                parameters.keys(caller),
                UsageGroup.after(parameters.text("after"), by),
                parameters.limit(LIMIT_DEFAULT, LIMIT_MAX),
                label);
    }

    private Span span(Instant from, Instant to, ZoneId zone) {
        try {
            return history.span(from, to, zone);
        } catch (IllegalArgumentException | DateTimeException e) {
            throw ApiError.invalid("start", "'start' to 'end' must be 100 years at most.")
                    .asException();
        }
    }

    private static LocalDate day(Instant at) {
        return at.atZone(ZoneOffset.UTC).toLocalDate();
    }

    /** Returns the name of the first tag in a list of groups, or the end users'; null without one. */
    private static @Nullable String label(String words) {
        return Stream.of(words.split(",", -1))
                .map(String::strip)
                .filter(word -> word.equals(END_USER) || word.startsWith(TAG))
                .map(word -> word.equals(END_USER) ? CallLabels.END_USER : word.substring(TAG.length()))
                .findFirst()
                .orElse(null);
    }

    private static Set<By> by(String words, @Nullable String label) {
        List<By> known = label == null ? GROUPS : List.of(By.DAY, By.MODEL, By.LABEL);
        Set<By> by = EnumSet.noneOf(By.class);
        for (String word : words.split(",", -1)) {
            String name = word.strip();
            By its = known.stream()
                    .filter(each -> name.equals(each == By.LABEL ? nameOf(label) : each.word()))
                    .findFirst()
                    .orElse(null);
            boolean isWrong = its == By.LABEL && (by.contains(its) || !isName(label));
            if (its == null || isWrong) {
                throw Parameter.wrong(GROUP_BY, words, (label == null ? NAMES : LABELS) + ", separated by commas");
            }
            by.add(its);
        }
        return by;
    }

    private static boolean isName(@Nullable String label) {
        return label != null && (label.equals(CallLabels.END_USER) || CallLabels.isName(label));
    }

    /** Returns the name of a label in questions and answers. */
    private static String nameOf(@Nullable String label) {
        return CallLabels.END_USER.equals(label) ? END_USER : TAG + label;
    }

    /** Checks what a question about labels must not have: keys and their owners are counted apart from labels, and labels by days of UTC. */
    private static void checkLabel(ListParameters parameters, KeyCaller caller, String words) {
        if (caller.key().settings().kind() != KeyKind.MANAGEMENT) {
            throw Parameter.wrong(GROUP_BY, words, NAMES + ": labels of all calls need a management key");
        }
        for (By other : List.of(By.KEY, By.TEAM, By.MEMBER)) {
            String given = parameters.text(other.word());
            if (given != null) {
                throw Parameter.wrong(other.word(), given, "absent if usage is grouped by a tag or by end users");
            }
        }
        String zone = parameters.text("tz");
        if (zone != null && !zone.equals("UTC")) {
            throw Parameter.wrong("tz", zone, "UTC: labels are counted by its days");
        }
    }

    /** @throws dev.tollgate.base.error.ApiException a 400 for a tag that is not declared and that no call has */
    private void checkTag(ListParameters parameters, KeyCaller caller, @Nullable String label) {
        List<String> declared = caller.labels().names();
        if (label != null
                && !label.equals(CallLabels.END_USER)
                && !declared.contains(label)
                && !history.hasTag(caller.accountId(), label)) {
            throw Parameter.wrong(
                    GROUP_BY,
                    Objects.requireNonNullElse(parameters.text(GROUP_BY), ""),
                    "tag:NAME with a declared name; "
                            + (declared.isEmpty() ? "none is declared" : "declared: " + String.join(", ", declared)));
        }
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
                table.groups().forEach(group -> write(json, group, question.label()));
            }
            json.writeEndArray();
            json.writeStringProperty(
                    "next",
                    table.isMore()
                            ? table.groups().getLast().place(question.by()).text()
                            : null);
        });
    }

    private static void write(JsonGenerator json, UsageGroup group, @Nullable String label) {
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
        if (label != null) {
            TaskJson.writeOwner(json, nameOf(label), String.valueOf(group.label()));
        }
        Figure.write(json, group.figures());
        json.writeEndObject();
    }
}
