package dev.tollgate.pages.frame;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.calls.TaskStatus;
import dev.tollgate.customers.figures.Figure;
import dev.tollgate.customers.figures.Figures;
import dev.tollgate.pages.frame.Chart.Cell;
import dev.tollgate.pages.frame.Chart.Column;
import dev.tollgate.pages.frame.Chart.Series;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** A figure that charts draw: in its parts, or by model, key or channel. */
public enum Metric {
    SPEND(
            "spend",
            sentence("Spend"),
            sentence("Spend"),
            Figure.NET::of,
            sentence("Spend"),
            part(sentence("figure::spend"), 1, Figure.NET)),
    MONEY(
            "money",
            sentence("Money"),
            sentence("Revenue, cost and margin"),
            Figure.NET::of,
            sentence("Revenue"),
            part(sentence("cost"), 1, Figure.COST),
            part(sentence("margin"), 4, Figure.MARGIN)),
    CALLS(
            "calls",
            sentence("Calls"),
            sentence("Calls"),
            Figure.CALLS::of,
            sentence("All"),
            part(sentence("completed"), 1, Figure.COMPLETED),
            part(sentence("failed"), 2, Figure.FAILED),
            part(sentence("cancelled"), 0, Figure.CANCELLED)),
    ERRORS(
            "errors",
            sentence("Errors"),
            sentence("Failed calls"),
            Figure.FAILED::of,
            sentence("Of all calls"),
            part(sentence("failed"), 2, Figure.FAILED)),
    TOKENS(
            "tokens",
            sentence("Tokens"),
            sentence("Tokens"),
            Figures::tokens,
            sentence("All"),
            new Part(sentence("in"), 1, it -> it.promptTokens() - it.cachedTokens(), false),
            part(sentence("cached"), 4, Figure.CACHED_TOKENS),
            part(sentence("out"), 2, Figure.COMPLETION_TOKENS),
            part(sentence("thoughts"), 5, Figure.REASONING_TOKENS)),
    MEDIAN(
            "first_byte",
            sentence("First byte"),
            sentence("First byte, median"),
            Figure.FIRST_BYTE_P50::of,
            sentence("Calls")),
    FIRST_BYTE(
            "first-byte",
            sentence("First byte"),
            sentence("Time to the first byte"),
            Figure.FIRST_BYTE_P95::of,
            sentence("Calls"),
            part(sentence("p50"), 4, Figure.FIRST_BYTE_P50),
            part(sentence("p95"), 1, Figure.FIRST_BYTE_P95));

    /** The choices of an account's usage page. */
    public static final List<Metric> OF_ACCOUNTS = List.of(SPEND, CALLS, TOKENS, MEDIAN, ERRORS);

    /** The choices of the console. */
    public static final List<Metric> OF_PLATFORM = List.of(MONEY, CALLS, ERRORS, TOKENS, FIRST_BYTE);

    private static final List<TaskStatus> ENDS = List.of(TaskStatus.COMPLETED, TaskStatus.FAILED, TaskStatus.CANCELLED);

    private record Part(Sentence name, int colour, ToLongFunction<Figures> value, boolean isMargin) {}

    private final String word;
    private final Sentence text;
    private final Sentence title;
    private final ToLongFunction<Figures> value;
    private final Sentence last;
    private final List<Part> parts;

    /**
     * @param word in a URL
     * @param text of the link that chooses it
     * @param title of a chart of its parts
     * @param last the head of the last column
     */
    Metric(String word, Sentence text, Sentence title, ToLongFunction<Figures> value, Sentence last, Part... parts) {
        this.word = word;
        this.text = text;
        this.title = title;
        this.value = value;
        this.last = last;
        this.parts = List.of(parts);
    }

    private static Part part(Sentence name, int colour, Figure figure) {
        return new Part(name, colour, figure::of, figure == Figure.MARGIN);
    }

    /** Returns the metric of a URL. @param standard for any other word */
    public static Metric of(@Nullable String word, List<Metric> choices, Metric standard) {
        return choices.stream().filter(it -> it.word.equals(word)).findFirst().orElse(standard);
    }

    /** @param href the page with a metric */
    public static List<SwitchLink> links(List<Metric> choices, Metric current, Function<Metric, String> href) {
        return choices.stream()
                .map(it -> new SwitchLink(it.text.said(), href.apply(it), it == current))
                .toList();
    }

    public String word() {
        return word;
    }

    /** Returns the title of a chart of its parts. @param unit hour, day, week or month */
    public String title(String unit) {
        return by(title, unit);
    }

    private static String by(Sentence figure, String unit) {
        return say("{figure} by {unit}", figure, Chart.unit(unit));
    }

    /** Returns the title of a chart with a column for each model, key or channel. */
    public String titleOfValue(String unit) {
        return this == FIRST_BYTE
                ? say("First byte, p95, by {unit}", Chart.unit(unit))
                : by(this == MONEY ? last : title, unit);
    }

    boolean isAmount() {
        return this == SPEND || this == MONEY;
    }

    boolean isTime() {
        return this == MEDIAN || this == FIRST_BYTE;
    }

    public long value(Figures figures) {
        return value.applyAsLong(figures);
    }

    /** Returns the column of a model, a key or a channel. */
    public Column column(Series series, List<Figures> rows, Money money) {
        return column(series, rows, money, value);
    }

    private Column column(Series series, List<Figures> rows, Money money, ToLongFunction<Figures> of) {
        if (isAmount()) {
            List<Long> micros = rows.stream().map(of::applyAsLong).toList();
            return new Column(
                    series,
                    micros.stream()
                            .map(it -> Chart.amount(money, it, money.sum(it)))
                            .toList(),
                    micros);
        }
        LongFunction<Cell> text = isTime() ? Cell::time : Cell::count;
        return column(series, rows, figures -> text.apply(of.applyAsLong(figures)));
    }

    private static Column column(Series series, List<Figures> rows, Function<Figures, Cell> cell) {
        return new Column(series, rows.stream().map(cell).toList(), List.of());
    }

    /** Returns the column of margins: as everywhere, the differences of revenue and cost as these are shown. */
    private static Column margins(Series series, List<Figures> rows, Money money) {
        return new Column(
                series,
                rows.stream()
                        .map(it -> Chart.amount(money, it.marginMicros(), money.less(it.netMicros(), it.costMicros())))
                        .toList(),
                List.of());
    }

    /** Returns the place of the calls that have ended so among the columns of {@link #CALLS}. */
    public static int column(TaskStatus ended) {
        return ENDS.indexOf(ended);
    }

    /** Returns the columns of its parts. */
    public List<Column> columns(List<Figures> rows, Money money) {
        return parts.stream()
                .map(it -> {
                    Series series = new Series(it.name.said(), it.colour);
                    return it.isMargin ? margins(series, rows, money) : column(series, rows, money, it.value);
                })
                .toList();
    }

    /** Returns the head of the last column within a sentence; null if it is the sum of the others. */
    private @Nullable String beside() {
        return switch (this) {
            case SPEND -> say("figure::spend");
            case MONEY -> say("revenue");
            case ERRORS -> say("of all calls");
            case MEDIAN, FIRST_BYTE -> say("calls");
            case CALLS, TOKENS -> null;
        };
    }

    /** Returns the last column, which sums up all models, keys or channels. */
    public Column last(List<Figures> rows, Money money) {
        Series series = new Series(last.said(), 0, beside());
        return this == ERRORS
                ? column(series, rows, it -> new Cell("", Display.percent(it.failed(), it.calls()), ""))
                : isTime() ? column(series, rows, it -> Cell.count(it.withFirstByte())) : column(series, rows, money);
    }
}
