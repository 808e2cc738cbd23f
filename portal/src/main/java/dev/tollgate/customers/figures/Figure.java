package dev.tollgate.customers.figures;

import static dev.tollgate.customers.figures.Figure.Unit.COUNT;
import static dev.tollgate.customers.figures.Figure.Unit.CREDITS;
import static dev.tollgate.customers.figures.Figure.Unit.MILLIS;

import dev.tollgate.base.money.ApiJson;
import dev.tollgate.base.money.Credits;
import dev.tollgate.books.rollups.UsageColumn;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * A figure of usage as readers see it. {@link UsageColumn} has the sums that it is taken from. A new figure is a row here: answers, files and the
 * documentation get it from this list, in this order.
 */
public enum Figure {
    CALLS("calls", "requests.total", COUNT, UsageColumn.CALLS, "calls that have ended"),
    COMPLETED(
            "completed",
            "requests.completed",
            COUNT,
            it -> it.calls() - it.failed() - it.cancelled(),
            "calls with a complete answer"),
    FAILED("failed", "requests.failed", COUNT, UsageColumn.FAILED, "calls that ended with an error"),
    BY_REQUEST(
            "failed_by_request",
            null,
            COUNT,
            UsageColumn.BY_REQUEST,
            "those of `failed` whose own request was the cause: refused, blocked, or answered with a malformed call"),
    CANCELLED("cancelled", "requests.cancelled", COUNT, UsageColumn.CANCELLED, "calls whose caller left"),
    PROMPT_TOKENS("prompt_tokens", "tokens.input", COUNT, UsageColumn.PROMPT_TOKENS, "tokens in, with the cached ones"),
    CACHED_TOKENS("cached_tokens", "tokens.cached", COUNT, UsageColumn.CACHED_TOKENS, "tokens in from a cache"),
    COMPLETION_TOKENS("completion_tokens", "tokens.output", COUNT, UsageColumn.COMPLETION_TOKENS, "tokens out"),
    REASONING_TOKENS("reasoning_tokens", "tokens.reasoning", COUNT, UsageColumn.THOUGHTS_TOKENS, "tokens of thoughts"),
    OUTPUT_IMAGE_TOKENS(
            "output_image_tokens",
            "tokens.output_image",
            COUNT,
            UsageColumn.OUTPUT_IMAGE_TOKENS,
            "tokens out that are images"),
    CHARGED("charged", "charged", CREDITS, UsageColumn.CHARGED_MICROS, "charges of calls"),
    REFUNDED("refunded", "refunded", CREDITS, UsageColumn.REFUNDED_MICROS, "refunds of calls"),
    NET("net", "credits_consumed", CREDITS, Figures::netMicros, "charges without refunds"),
    SEARCHES("searches", "searches", COUNT, UsageColumn.SEARCHES, "search queries of `googleSearch`"),
    MAPS("maps", "maps", COUNT, UsageColumn.MAPS, "calls with a source of Google Maps"),
    ATTEMPTS(
            "attempts",
            null,
            COUNT,
            UsageColumn.ATTEMPTS,
            "requests to channels, with retries and requests of failed calls"),
    FAILED_ATTEMPTS(
            "failed_attempts",
            null,
            COUNT,
            UsageColumn.FAILED_ATTEMPTS,
            "attempts that ended with a failure of the channel or a refusal by it"),
    ESTIMATED("estimated", null, COUNT, UsageColumn.ESTIMATED, "calls whose usage was not reported in full"),
    UNCOSTED("uncosted", null, COUNT, UsageColumn.UNCOSTED, "attempts of unknown cost"),
    COST(
            "upstream_cost",
            null,
            CREDITS,
            UsageColumn.COST_MICROS,
            "cost of all attempts, discarded ones included: by list prices, or as channels report it"),
    MARGIN("margin", null, CREDITS, Figures::marginMicros, "`net` without `upstream_cost`"),
    SHORTFALL("shortfall", null, CREDITS, UsageColumn.SHORTFALL_MICROS, "usage that nothing covered"),
    FIRST_BYTE_P50("first_byte_p50_ms", null, MILLIS, it -> it.firstByteMillis(50), "median time to the first byte"),
    FIRST_BYTE_P95(
            "first_byte_p95_ms",
            null,
            MILLIS,
            it -> it.firstByteMillis(95),
            "time within which 95 % of the first bytes came");

    /** The figures that accounts see of their own calls. */
    public static final List<Figure> OF_ACCOUNTS =
            Arrays.stream(values()).filter(it -> it.path != null).toList();

    /** The figures of all accounts in the operator's API. Percentiles are in the files alone. */
    public static final Set<Figure> OF_PLATFORM =
            EnumSet.complementOf(EnumSet.of(COMPLETED, FIRST_BYTE_P50, FIRST_BYTE_P95));

    /** The columns of the operator's files. */
    public static final Set<Figure> OF_FILES = EnumSet.complementOf(
            EnumSet.of(COMPLETED, SEARCHES, MAPS, ATTEMPTS, FAILED_ATTEMPTS, ESTIMATED, UNCOSTED, SHORTFALL));

    /** The unit of a figure. */
    enum Unit {
        COUNT,
        CREDITS,
        /** A time: less than 0 if it is not known, the largest number if it is longer than can be shown. */
        MILLIS
    }

    private final String word;
    private final @Nullable String path;
    private final Unit unit;
    private final ToLongFunction<Figures> value;
    private final String meaning;

    Figure(String word, @Nullable String path, Unit unit, UsageColumn column, String meaning) {
        this(word, path, unit, it -> it.sum(column), meaning);
    }

    /**
     * @param word the name in files and in the operator's API
     * @param path the member in {@code GET /v1/usage}; null for what operators alone see
     * @param meaning for the documentation
     */
    Figure(String word, @Nullable String path, Unit unit, ToLongFunction<Figures> value, String meaning) {
        this.word = word;
        this.path = path;
        this.unit = unit;
        this.value = value;
        this.meaning = meaning;
    }

    /** Returns the value, in micro-credits if it is an amount. */
    public long of(Figures figures) {
        return value.applyAsLong(figures);
    }

    public boolean isAmount() {
        return unit == CREDITS;
    }

    /** Returns whether the cost of the calls must be known. */
    public boolean isOfCost() {
        return this == COST || this == MARGIN;
    }

    /** Returns the row of a table in the documentation. @param forAccounts with the member of {@code GET /v1/usage} first */
    String documented(boolean forAccounts) {
        return (forAccounts ? "| `" + path + "` " : "") + "| `" + word + "` | " + meaning + " |\n";
    }

    // ---- faces ----

    /** Writes the members of the operator's API. */
    public static void write(JsonGenerator json, Figures figures, Collection<Figure> wanted) {
        wanted.forEach(figure -> figure.write(json, figure.word, figures));
    }

    /** Writes the members of {@code GET /v1/usage}: those with a common begin of their path are in an object. */
    public static void write(JsonGenerator json, Figures figures) {
        String open = "";
        for (Figure figure : OF_ACCOUNTS) {
            String path = String.valueOf(figure.path);
            String object = path.substring(0, Math.max(0, path.indexOf('.')));
            if (!object.equals(open)) {
                if (!open.isEmpty()) {
                    json.writeEndObject();
                }
                if (!object.isEmpty()) {
                    json.writeObjectPropertyStart(object);
                }
                open = object;
            }
            figure.write(json, path.substring(path.indexOf('.') + 1), figures);
        }
        if (!open.isEmpty()) {
            json.writeEndObject();
        }
    }

    private void write(JsonGenerator json, String name, Figures figures) {
        if (unit == CREDITS) {
            ApiJson.credits(json, name, of(figures));
        } else {
            json.writeNumberProperty(name, of(figures));
        }
    }

    /** Returns the head of its column in a file. */
    public String word() {
        return word;
    }

    /** Returns the cell of a file: amounts in credits to the micro-credit, empty for a time that is not known. */
    public String text(Figures figures) {
        long number = of(figures);
        return switch (unit) {
            case COUNT -> Long.toString(number);
            case CREDITS -> Credits.text(number);
            case MILLIS -> number < 0 || number == Long.MAX_VALUE ? "" : Long.toString(number);
        };
    }
}
