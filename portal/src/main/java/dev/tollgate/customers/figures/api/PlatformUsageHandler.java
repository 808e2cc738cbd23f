package dev.tollgate.customers.figures.api;

import dev.tollgate.base.money.ApiJson;
import dev.tollgate.books.ledger.Records;
import dev.tollgate.customers.figures.Figure;
import dev.tollgate.customers.figures.PlatformHistory;
import dev.tollgate.customers.figures.Span;
import dev.tollgate.customers.figures.UsageGroup;
import dev.tollgate.http.Cursor;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;
import dev.tollgate.http.Page;
import dev.tollgate.http.Parameter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * {@code GET /admin/usage?by=day|model|channel|end|account&from&to&after&limit}: usage of all accounts, net of refunds. It has the upstream cost
 * by list prices, except by account. Ranges are exact to the hour (by account to the day if the range is
 * long), in UTC; the default is the last 30 days.
 */
public record PlatformUsageHandler(PlatformHistory history, InstantSource clock) implements Handler<Object> {

    private static final int LIMIT_DEFAULT = 100;
    private static final int LIMIT_MAX = 1_000;
    private static final int ACCOUNTS_MAX = 200;
    private static final String ACCOUNT = "account";
    /** The rows of accounts do not tell the costs of older calls. */
    private static final List<Figure> OF_AN_ACCOUNT =
            Figure.OF_ACCOUNTS.stream().filter(Figure.OF_PLATFORM::contains).toList();

    private static final Duration STANDARD = Duration.ofDays(30);

    private static final Map<String, PlatformHistory.Part> PARTS = Map.of(
            "day", PlatformHistory.Part.NOTHING,
            "model", PlatformHistory.Part.MODEL,
            "channel", PlatformHistory.Part.CHANNEL,
            "end", PlatformHistory.Part.END);

    @Override
    public void handle(Exchange exchange, Object operator) {
        ListParameters parameters = new ListParameters(exchange);
        String by = Objects.requireNonNullElse(parameters.text("by"), "day");
        PlatformHistory.Part part = PARTS.get(by);
        if (part == null && !by.equals(ACCOUNT)) {
            throw Parameter.wrong("by", by, "day, model, channel, end or account");
        }
        Instant now = clock.instant();
        Instant to = Objects.requireNonNullElse(parameters.time("to", ZoneOffset.UTC), now.plus(Duration.ofHours(1)))
                .truncatedTo(ChronoUnit.HOURS);
        Instant from = Objects.requireNonNullElse(parameters.time("from", ZoneOffset.UTC), to.minus(STANDARD))
                .truncatedTo(ChronoUnit.HOURS);
        String after = Cursor.read(parameters.text("after"), 1, cursor -> cursor.value(0));
        if (part == null) {
            Span span = span(from, to, now);
            int accounts = parameters.limit(LIMIT_DEFAULT, ACCOUNTS_MAX);
            exchange.compute(
                    () -> Records.read(() -> history.accounts(span, after, accounts + 1)),
                    found -> exchange.json(accounts * UsageGroup.JSON_BYTES, () -> render(found, accounts)));
            return;
        }
        int limit = parameters.limit(LIMIT_DEFAULT, LIMIT_MAX);
        exchange.compute(
                () -> Records.read(() -> history.groups(from, to, by.equals("day"), part)),
                groups -> exchange.json(limit * UsageGroup.JSON_BYTES, () -> render(by, groups, after, limit)));
    }

    private static Span span(Instant from, Instant to, Instant now) {
        try {
            return Span.of(from, to, ZoneOffset.UTC, now);
        } catch (IllegalArgumentException e) {
            throw Parameter.wrong("from", from.toString(), "a time before 'to', by 100 years at most");
        }
    }

    private static byte[] render(List<PlatformHistory.OfAccount> found, int limit) {
        Page<PlatformHistory.OfAccount> page = Page.of(found, limit, account -> Cursor.of(account.id()));
        return render(page, (json, account) -> {
            json.writeStringProperty(ACCOUNT, account.id());
            json.writeStringProperty("name", account.name());
            Figure.write(json, account.figures(), OF_AN_ACCOUNT);
        });
    }

    private static byte[] render(String by, List<PlatformHistory.Group> groups, @Nullable String after, int limit) {
        List<PlatformHistory.Group> left = groups.stream()
                .sorted(Comparator.comparing(PlatformUsageHandler::name))
                .filter(group -> after == null || name(group).compareTo(after) > 0)
                .toList();
        return render(Page.of(left, limit, group -> Cursor.of(name(group))), (json, group) -> {
            json.writeStringProperty(by, name(group));
            Figure.write(json, group.figures(), Figure.OF_PLATFORM);
        });
    }

    private static <T> byte[] render(Page<T> page, BiConsumer<JsonGenerator, T> members) {
        return ApiJson.object(4_096, json -> ApiJson.list(json, page.entries(), members, page.next()));
    }

    /** The dimension of a group; the list is in its order. */
    private static String name(PlatformHistory.Group group) {
        LocalDate day = group.day();
        return day != null ? day.toString() : group.name().isEmpty() ? "unknown" : group.name();
    }
}
