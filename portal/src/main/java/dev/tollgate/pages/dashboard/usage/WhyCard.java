package dev.tollgate.pages.dashboard.usage;

import dev.tollgate.base.words.TimeForm;
import dev.tollgate.models.PriceRates;
import dev.tollgate.models.Rate;
import dev.tollgate.pages.dashboard.parts.KeyNames;
import dev.tollgate.pages.dashboard.usage.Reasons.Cause;
import dev.tollgate.pages.dashboard.usage.Reasons.Line;
import dev.tollgate.pages.dashboard.usage.Reasons.Sums;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.Money;
import java.math.BigInteger;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
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
            String figures) {}

    /**
     * The table of all keys.
     *
     * @param heads of the columns of causes that changed anything
     * @param rows keys, the largest difference first
     * @param sum the last row
     */
    public record Causes(List<String> heads, List<Row> rows, Row sum) {}

    private static final int ROWS = 20;
    private static final TimeForm DAY = TimeForm.DAY_OF_MONTH;

    /** @param cells amounts of causes, then the difference */
    public record Row(String name, List<Cell> cells) {}

    public record Cell(String text, String exact) {}

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
                risen != null && isNew ? DAY.format(since.apply(risen)) : null,
                risen == null ? null : risen.pair().model(),
                main.fallen() == null ? null : main.fallen().pair().model(),
                cause(main, isMore),
                figures(main, money));
        Causes table = new Causes(
                Stream.concat(causes.stream().map(cause -> cause.head(reasons.of(cause))), Stream.of("difference"))
                        .toList(),
                rows.subList(0, rows.size() - 1),
                rows.getLast());
        return new WhyCard(isMore ? "Why is it more?" : "Why is it less?", answer, table);
    }

    private static String share(long its, long whole, Money money) {
        String direction = whole > 0 ? "more" : "less";
        if (Math.abs(its) > Math.abs(whole)) {
            return "spent " + amount(Math.abs(its), money) + " " + direction;
        }
        long percent = BigInteger.valueOf(its)
                .multiply(BigInteger.valueOf(200))
                .add(BigInteger.valueOf(whole))
                .divide(BigInteger.valueOf(whole).shiftLeft(1))
                .longValueExact();
        return "accounts for " + percent + " % of the " + (whole > 0 ? "increase" : "decrease");
    }

    private static String amount(long micros, Money money) {
        return money.sum(micros) + money.unit();
    }

    private static String ofCalls(Reasons.Main main, boolean isMore) {
        if (sum(main.ofKey(), true, Sums::calls) == 0) {
            return "it made no calls before";
        }
        if (sum(main.ofKey(), false, Sums::calls) == 0) {
            return "it makes no calls any more";
        }
        return isMore ? "it makes more calls" : "it makes fewer calls";
    }

    private static String cause(Reasons.Main main, boolean isMore) {
        String model = main.line().pair().model();
        return switch (main.cause()) {
            case CALLS -> ofCalls(main, isMore);
            case MODELS -> "it calls " + model + (isMore ? " more often" : " less often");
            case TOKENS -> "its calls of " + model + (isMore ? " have more tokens" : " have fewer tokens");
            case CACHED -> (isMore ? "less" : "more") + " of its input of " + model + " is read from the cache";
            case SEARCHES -> isMore ? "it searches more" : "it searches less";
            case PRICE -> "the price of " + model + (isMore ? " has risen" : " has fallen");
            case REST ->
                "minimum charges, rounding, long prompts, service tiers or audio cost it " + (isMore ? "more" : "less");
            case REFUNDS -> isMore ? "less was refunded" : "more was refunded";
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
            case CALLS -> "calls " + ofKey(main, Sums::calls);
            case MODELS ->
                "calls " + ofKey(main, Sums::calls) + "; a call " + money.each(aCall(main, true)) + " → "
                        + money.each(aCall(main, false)) + money.unit();
            case TOKENS ->
                "a call " + each(before, Sums::input) + " → " + each(now, Sums::input) + " tokens in, "
                        + each(before, Sums::output) + " → " + each(now, Sums::output) + " out";
            case CACHED ->
                "cached " + Display.percent(before.cached(), before.input()) + " → "
                        + Display.percent(now.cached(), now.input());
            case SEARCHES -> "searches " + ofKey(main, Sums::searches);
            case PRICE -> prices(main.line(), money);
            case REST -> amount(Math.abs(main.ofKey().of(Cause.REST)), money);
            case REFUNDS ->
                "refunded " + amount(sum(main.ofKey(), true, Sums::refunded), money) + " → "
                        + amount(sum(main.ofKey(), false, Sums::refunded), money);
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
                .map(rate -> rate.words() + " " + money.each(rate.of(before)) + " → " + money.each(rate.of(rates.now()))
                        + (rate.isOfTokens() ? money.unit() + " a million tokens" : money.unit()))
                .collect(Collectors.joining(", "));
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
            rows.add(Map.entry("others", rest));
        }
        rows.add(Map.entry("Sum", reasons));
        List<List<Cell>> columns = Stream.concat(
                        causes.stream().map(cause -> (ToLongFunction<Reasons>) it -> it.of(cause)),
                        Stream.of(Reasons::difference))
                .map(amount -> cells(
                        rows.stream()
                                .map(row -> amount.applyAsLong(row.getValue()))
                                .toList(),
                        money))
                .toList();
        return IntStream.range(0, rows.size())
                .mapToObj(i -> new Row(
                        rows.get(i).getKey(),
                        columns.stream().map(it -> it.get(i)).toList()))
                .toList();
    }

    /** Returns the cells of a column with signs; they add up to the last one. */
    private static List<Cell> cells(List<Long> amounts, Money money) {
        List<String> texts = money.adding(amounts);
        return IntStream.range(0, texts.size())
                .mapToObj(i -> new Cell(
                        amounts.get(i) == 0 ? "–" : (amounts.get(i) > 0 ? "+" : "") + texts.get(i),
                        Money.exact(amounts.get(i))))
                .toList();
    }
}
