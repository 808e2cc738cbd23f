package dev.tollgate.pages.dashboard.usage;

import static dev.tollgate.base.words.Words.say;
import static dev.tollgate.pages.words.Rich.rich;

import dev.tollgate.models.PriceRates;
import dev.tollgate.models.Rate;
import dev.tollgate.pages.dashboard.parts.KeyNames;
import dev.tollgate.pages.dashboard.usage.Reasons.Cause;
import dev.tollgate.pages.dashboard.usage.Reasons.Line;
import dev.tollgate.pages.dashboard.usage.Reasons.Sums;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.pages.words.Mark;
import gg.jte.Content;
import java.math.BigInteger;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@link Reasons} in words.
 *
 * @param title the question
 */
public record WhyCard(String title, Answer answer, Causes causes) {

    /**
     * The key and the cause that explain most.
     *
     * @param key the name of the key that matters most, with its id
     * @param share of the difference, in words
     * @param since the day of its first call of the risen model, if that is new
     * @param risen the model that it calls more; null if the cause is another one
     * @param cause in words if there is no risen model
     * @param figures of the cause
     */
    public record Answer(
            String key,
            String keyId,
            String share,
            @Nullable String since,
            @Nullable String risen,
            @Nullable String fallen,
            String cause,
            String figures) {

        /** Returns the answer as a sentence. @param name the key's name as the page shows it */
        public Content sentence(Content name) {
            if (risen == null) {
                return rich("{key} {share}: {cause} ({figures}).", name, share, cause, figures);
            }
            if (fallen == null) {
                return since == null
                        ? rich(
                                "{key} {share}: it calls <code>{risen}</code> more ({figures}).",
                                name,
                                share,
                                Mark.code(),
                                risen,
                                figures)
                        : rich(
                                "{key} {share}: since {day} it calls <code>{risen}</code> more ({figures}).",
                                name,
                                share,
                                since,
                                Mark.code(),
                                risen,
                                figures);
            }
            return replaced(name, risen, fallen);
        }

        private Content replaced(Content name, String its, String former) {
            return since == null
                    ? rich(
                            "{key} {share}: it calls <risen>{risen}</risen> instead of <fallen>{fallen}</fallen> ({figures}).",
                            name,
                            share,
                            Mark.code(),
                            its,
                            Mark.code(),
                            former,
                            figures)
                    : rich(
                            "{key} {share}: since {day} it calls <risen>{risen}</risen> instead of <fallen>{fallen}</fallen> ({figures}).",
                            name,
                            share,
                            since,
                            Mark.code(),
                            its,
                            Mark.code(),
                            former,
                            figures);
        }
    }

    /**
     * The table of all keys.
     *
     * @param heads of the columns of causes that changed anything
     * @param rows keys, the largest difference first
     * @param sum the last row
     * @param isRounded whether the amounts of a row or of a column do not add up as they are shown
     */
    public record Causes(List<String> heads, List<Row> rows, Row sum, boolean isRounded) {}

    private static final int ROWS = 20;

    /** @param cells amounts of causes, then the difference */
    public record Row(String name, List<Cell> cells) {

        private boolean isRounded(Money money) {
            List<Long> all = cells.stream().map(Cell::micros).toList();
            return money.isRounded(all.subList(0, all.size() - 1), all.getLast());
        }

        private long of(int column) {
            return cells.get(column).micros;
        }
    }

    public record Cell(String text, long micros) {

        private static Cell of(long micros, Money money) {
            return new Cell(micros == 0 ? "–" : money.difference(micros), micros);
        }

        public String exact() {
            return Money.exact(micros);
        }
    }

    /** @param since returns the first day of a line's calls in the range */
    static @Nullable WhyCard of(Reasons reasons, KeyNames names, Money money, Function<Line, LocalDate> since) {
        if (!reasons.isShown()) {
            return null;
        }
        Reasons.Main main = reasons.main();
        boolean isMore = reasons.difference() > 0;
        Line risen = main.risen();
        boolean isNew = risen != null && risen.pair().before().calls() == 0;
        List<Cause> causes = Arrays.stream(Cause.values())
                .filter(cause -> reasons.lines().stream().anyMatch(line -> line.of(cause) != 0))
                .toList();
        List<Row> rows = rows(reasons, causes, names, money);
        Answer answer = new Answer(
                names.name(main.key()),
                main.key(),
                share(main.ofKey().difference(), reasons.difference(), money),
                risen != null && isNew ? Display.dayOfMonth(since.apply(risen)) : null,
                risen == null ? null : risen.pair().model(),
                main.fallen() == null ? null : main.fallen().pair().model(),
                cause(main, isMore),
                figures(main, money));
        Causes table = new Causes(
                Stream.concat(causes.stream().map(cause -> cause.head(reasons.of(cause))), Stream.of(say("difference")))
                        .toList(),
                rows.subList(0, rows.size() - 1),
                rows.getLast(),
                isRounded(rows, money));
        return new WhyCard(isMore ? say("Why is it more?") : say("Why is it less?"), answer, table);
    }

    private static String share(long its, long whole, Money money) {
        if (Math.abs(its) > Math.abs(whole)) {
            String amount = amount(Math.abs(its), money);
            return whole > 0 ? say("spent {amount} more", amount) : say("spent {amount} less", amount);
        }
        long percent = BigInteger.valueOf(its)
                .multiply(BigInteger.valueOf(200))
                .add(BigInteger.valueOf(whole))
                .divide(BigInteger.valueOf(whole).shiftLeft(1))
                .longValueExact();
        return whole > 0
                ? say("accounts for {percent} % of the increase", percent)
                : say("accounts for {percent} % of the decrease", percent);
    }

    private static String amount(long micros, Money money) {
        return money.sum(micros) + money.unit();
    }

    private static String ofCalls(Reasons.Main main, boolean isMore) {
        if (sum(main.ofKey(), true, Sums::calls) == 0) {
            return say("it made no calls before");
        }
        if (sum(main.ofKey(), false, Sums::calls) == 0) {
            return say("it makes no calls any more");
        }
        return isMore ? say("it makes more calls") : say("it makes fewer calls");
    }

    private static String cause(Reasons.Main main, boolean isMore) {
        String model = main.line().pair().model();
        return switch (main.cause()) {
            case CALLS -> ofCalls(main, isMore);
            case MODELS ->
                isMore ? say("it calls {model} more often", model) : say("it calls {model} less often", model);
            case TOKENS ->
                isMore
                        ? say("its calls of {model} have more tokens", model)
                        : say("its calls of {model} have fewer tokens", model);
            case CACHED ->
                isMore
                        ? say("less of its input of {model} is read from the cache", model)
                        : say("more of its input of {model} is read from the cache", model);
            case SEARCHES -> isMore ? say("it searches more") : say("it searches less");
            case PRICE ->
                isMore ? say("the price of {model} has risen", model) : say("the price of {model} has fallen", model);
            case REST ->
                isMore
                        ? say("minimum charges, rounding, long prompts, service tiers or audio cost it more")
                        : say("minimum charges, rounding, long prompts, service tiers or audio cost it less");
            case REFUNDS -> isMore ? say("less was refunded") : say("more was refunded");
        };
    }

    private static long sum(Reasons reasons, boolean isBefore, ToLongFunction<Sums> figure) {
        return reasons.lines().stream()
                .map(Line::pair)
                .mapToLong(it -> figure.applyAsLong(isBefore ? it.before() : it.now()))
                .sum();
    }

    /** Returns the figures of the cause before and now. */
    private static String figures(Reasons.Main main, Money money) {
        Sums before = main.line().pair().before();
        Sums now = main.line().pair().now();
        return switch (main.cause()) {
            case CALLS -> say("calls {change}", ofKey(main, Sums::calls));
            case MODELS ->
                say(
                        "calls {change}; a call {before} → {now}",
                        ofKey(main, Sums::calls),
                        money.each(aCall(main, true)),
                        money.each(aCall(main, false)) + money.unit());
            case TOKENS ->
                say(
                        "a call {before} → {now} tokens in, {outBefore} → {outNow} out",
                        each(before, Sums::input),
                        each(now, Sums::input),
                        each(before, Sums::output),
                        each(now, Sums::output));
            case CACHED ->
                say(
                        "cached {before} → {now}",
                        Display.percent(before.cached(), before.input()),
                        Display.percent(now.cached(), now.input()));
            case SEARCHES -> say("searches {change}", ofKey(main, Sums::searches));
            case PRICE -> prices(main.line(), money);
            case REST -> amount(Math.abs(main.ofKey().of(Cause.REST)), money);
            case REFUNDS ->
                say(
                        "refunded {before} → {now}",
                        amount(sum(main.ofKey(), true, Sums::refunded), money),
                        amount(sum(main.ofKey(), false, Sums::refunded), money));
        };
    }

    private static String ofKey(Reasons.Main main, ToLongFunction<Sums> figure) {
        return Display.number(sum(main.ofKey(), true, figure)) + " → "
                + Display.number(sum(main.ofKey(), false, figure));
    }

    private static long aCall(Reasons.Main main, boolean isBefore) {
        return sum(main.ofKey(), isBefore, Sums::charged) / Math.max(1, sum(main.ofKey(), isBefore, Sums::calls));
    }

    private static String each(Sums sums, ToLongFunction<Sums> tokens) {
        return Display.number(tokens.applyAsLong(sums) / Math.max(1, sums.calls()));
    }

    /** Returns the rates that changed. */
    private static String prices(Line line, Money money) {
        Reasons.Rates rates = line.pair().rates();
        if (rates == null) {
            return "";
        }
        PriceRates before = rates.before();
        return Stream.of(Rate.INPUT, Rate.CACHED_INPUT, Rate.OUTPUT, Rate.SEARCH)
                .filter(rate -> rate.of(before) != rate.of(rates.now()))
                .map(rate -> price(rate, rate.of(before), rate.of(rates.now()), money))
                .reduce((a, b) -> say("{a}, {b}", a, b))
                .orElse("");
    }

    private static String price(Rate rate, long before, long now, Money money) {
        String present = money.each(now) + money.unit();
        return rate.isOfTokens()
                ? say("{rate} {before} → {now} a million tokens", rate.word(), money.each(before), present)
                : say("{rate} {before} → {now}", rate.word(), money.each(before), present);
    }

    // ---- the table ----

    /** Returns the rows, and the row of their sums. */
    private static List<Row> rows(Reasons reasons, List<Cause> causes, KeyNames names, Money money) {
        List<Map.Entry<String, Reasons>> keys = reasons.byKey().entrySet().stream()
                .sorted(Comparator.comparing(key -> -Math.abs(key.getValue().difference())))
                .toList();
        List<Map.Entry<String, Reasons>> rows = new ArrayList<>();
        keys.stream().limit(ROWS).forEach(key -> rows.add(Map.entry(names.name(key.getKey()), key.getValue())));
        if (keys.size() > ROWS) {
            Reasons rest = new Reasons(keys.stream()
                    .skip(ROWS)
                    .flatMap(key -> key.getValue().lines().stream())
                    .toList());
            rows.add(Map.entry(say("others"), rest));
        }
        rows.add(Map.entry(say("Sum"), reasons));
        return rows.stream()
                .map(row -> new Row(
                        row.getKey(),
                        Stream.concat(
                                        causes.stream()
                                                .map(cause -> row.getValue().of(cause)),
                                        Stream.of(row.getValue().difference()))
                                .map(micros -> Cell.of(micros, money))
                                .toList()))
                .toList();
    }

    /** @param rows the last one is the sum */
    private static boolean isRounded(List<Row> rows, Money money) {
        List<Row> keys = rows.subList(0, rows.size() - 1);
        Row sum = rows.getLast();
        return rows.stream().anyMatch(row -> row.isRounded(money))
                || IntStream.range(0, sum.cells.size())
                        .anyMatch(column -> money.isRounded(
                                keys.stream().map(row -> row.of(column)).toList(), sum.of(column)));
    }
}
