package dev.tollgate.pages.dashboard.usage;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.models.PriceRates;
import dev.tollgate.pages.dashboard.parts.KeyNames;
import dev.tollgate.pages.dashboard.usage.Reasons.Pair;
import dev.tollgate.pages.dashboard.usage.Reasons.Rates;
import dev.tollgate.pages.dashboard.usage.Reasons.Sums;
import dev.tollgate.pages.frame.Money;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The sentence of why spend is more, or less. */
class WhyCardTest {

    private static final PriceRates CHEAP =
            new PriceRates(100_000_000, 400_000_000, 10_000_000, 100_000_000, 70_000_000);
    private static final PriceRates DEAR =
            new PriceRates(100_100_000, 900_000_000, 10_000_000, 100_100_000, 80_000_000);

    /** A hundred calls at the lower rates, which cost 118 credits. */
    private static final Sums USUAL = new Sums(100, 118_000_000, 0, 1_000_000, 400_000, 100_000, 200);

    private static Pair pair(String key, String model, Sums before, Sums now, PriceRates was, PriceRates is) {
        return new Pair(key, model, before, now, new Rates(was, is));
    }

    private static Pair pair(String key, String model, Sums before, Sums now) {
        return pair(key, model, before, now, CHEAP, CHEAP);
    }

    /** Each history is dearer than the range before it; the other way round it is cheaper. */
    private static List<Pair> history(String cause) {
        return switch (cause) {
            case "calls" -> one(new Sums(300, 354_000_000, 0, 3_000_000, 1_200_000, 300_000, 600));
            case "first calls" -> List.of(pair("key_a", "a", Sums.NONE, USUAL), pair("key_b", "a", USUAL, USUAL));
            case "models" -> List.of(pair("key_a", "a", USUAL, Sums.NONE), pair("key_a", "b", Sums.NONE, dear()));
            case "a model of a free one" ->
                List.of(
                        pair("key_a", "a", USUAL, new Sums(150, 177_000_000, 0, 1_500_000, 600_000, 150_000, 300)),
                        pair("key_a", "free", calls(100), calls(50)));
            case "tokens" -> one(new Sums(100, 222_000_000, 0, 2_000_000, 800_000, 200_000, 200));
            case "cached" -> one(new Sums(100, 154_000_000, 0, 1_000_000, 0, 100_000, 200));
            case "searches" -> one(new Sums(100, 132_000_000, 0, 1_000_000, 400_000, 100_000, 400));
            case "price" -> List.of(pair("key_a", "a", USUAL, dear(), CHEAP, DEAR));
            case "the rest" -> one(new Sums(100, 128_000_000, 0, 1_000_000, 400_000, 100_000, 200));
            case "refunds" -> one(new Sums(100, 118_000_000, 60_000_000, 1_000_000, 400_000, 100_000, 200), USUAL);
            default ->
                List.of(
                        pair("key_a", "a", USUAL, new Sums(300, 354_000_000, 0, 3_000_000, 1_200_000, 300_000, 600)),
                        pair("key_b", "a", USUAL, Sums.NONE));
        };
    }

    private static Sums calls(int number) {
        return new Sums(number, 0, 0, 0, 0, 0, 0);
    }

    private static Sums dear() {
        return new Sums(100, 168_060_000, 0, 1_000_000, 400_000, 100_000, 200);
    }

    private static List<Pair> one(Sums now) {
        return one(USUAL, now);
    }

    private static List<Pair> one(Sums before, Sums now) {
        return List.of(pair("key_a", "a", before, now));
    }

    private static Pair turned(Pair pair) {
        Rates rates = Objects.requireNonNull(pair.rates());
        return pair(pair.key(), pair.model(), pair.now(), pair.before(), rates.now(), rates.before());
    }

    private static WhyCard card(List<Pair> pairs, Money money) {
        return Objects.requireNonNull(WhyCard.of(
                Reasons.of(pairs), new KeyNames(Map.of("key_a", "bot")), money, _ -> LocalDate.of(2026, 11, 14)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "calls                 | accounts for 100 % of the increase; it makes more calls; calls 100 → 300",
                "first calls           | accounts for 100 % of the increase; it made no calls before; calls 0 → 100",
                "models                | accounts for 100 % of the increase; since 14 Nov 2026 b instead of a; calls 100 → 100;"
                        + " a call $0.0059 → $0.0084",
                "a model of a free one | accounts for 100 % of the increase; a instead of null; calls 200 → 200;"
                        + " a call $0.0030 → $0.0044",
                "tokens                | accounts for 100 % of the increase; its calls of a have more tokens;"
                        + " a call 10,000 → 20,000 tokens in, 1,000 → 2,000 out",
                "cached                | accounts for 100 % of the increase; less of its input of a is read from the cache;"
                        + " cached 40.0 % → 0.0 %",
                "searches              | accounts for 100 % of the increase; it searches more; searches 200 → 400",
                "price                 | accounts for 100 % of the increase; the price of a has risen;"
                        + " input $0.5000 → $0.5005 a million tokens, output $2.0000 → $4.5000 a million tokens,"
                        + " 1,000 searches $0.3500 → $0.4000",
                "the rest              | accounts for 100 % of the increase; minimum charges, rounding, long prompts,"
                        + " service tiers or audio cost it more; $0.05",
                "refunds               | accounts for 100 % of the increase; less was refunded; refunded $0.30 → $0.00",
                "above the whole       | spent $1.18 more; it makes more calls; calls 100 → 300"
            })
    void a_sentence_names_what_made_it_more_with_figures(String cause, String sentence) {
        assertThat(sentence(history(cause))).isEqualTo("Why is it more?; " + sentence);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "calls                 | accounts for 100 % of the decrease; it makes fewer calls; calls 300 → 100",
                "first calls           | accounts for 100 % of the decrease; it makes no calls any more; calls 100 → 0",
                "models                | accounts for 100 % of the decrease; since 14 Nov 2026 a instead of b; calls 100 → 100;"
                        + " a call $0.0084 → $0.0059",
                "a model of a free one | accounts for 100 % of the decrease; it calls a less often; calls 200 → 200;"
                        + " a call $0.0044 → $0.0030",
                "tokens                | accounts for 100 % of the decrease; its calls of a have fewer tokens;"
                        + " a call 20,000 → 10,000 tokens in, 2,000 → 1,000 out",
                "cached                | accounts for 100 % of the decrease; more of its input of a is read from the cache;"
                        + " cached 0.0 % → 40.0 %",
                "searches              | accounts for 100 % of the decrease; it searches less; searches 400 → 200",
                "price                 | accounts for 100 % of the decrease; the price of a has fallen;"
                        + " input $0.5005 → $0.5000 a million tokens, output $4.5000 → $2.0000 a million tokens,"
                        + " 1,000 searches $0.4000 → $0.3500",
                "the rest              | accounts for 100 % of the decrease; minimum charges, rounding, long prompts,"
                        + " service tiers or audio cost it less; $0.05",
                "refunds               | accounts for 100 % of the decrease; more was refunded; refunded $0.00 → $0.30",
                "above the whole       | spent $1.18 less; it makes fewer calls; calls 300 → 100"
            })
    void a_sentence_names_what_made_it_less_with_figures(String cause, String sentence) {
        assertThat(sentence(history(cause).stream().map(WhyCardTest::turned).toList()))
                .isEqualTo("Why is it less?; " + sentence);
    }

    private static String sentence(List<Pair> pairs) {
        WhyCard card = card(pairs, Money.DOLLARS);
        WhyCard.Answer answer = card.answer();
        assertThat(answer.key()).isEqualTo("bot");
        return Stream.of(
                        card.title(),
                        answer.share(),
                        answer.risen() == null
                                ? answer.cause()
                                : (answer.since() == null ? "" : "since " + answer.since() + " ") + answer.risen()
                                        + " instead of " + answer.fallen(),
                        answer.figures())
                .reduce((one, other) -> one + "; " + other)
                .orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({
        "20000, +$0.0001, −$0.0001, +0.02",
        "9999, +<$0.0001, −<$0.0001, +0.01",
        "1234567, +$0.0062, −$0.0062, +1.23",
        "2000000, +$0.01, −$0.01, +2.00"
    })
    void a_small_part_has_the_form_of_an_average(long rest, String more, String less, String credits) {
        assertThat(rest(rest, Money.DOLLARS)).isEqualTo(more);
        assertThat(rest(-rest, Money.DOLLARS)).isEqualTo(less);
        assertThat(rest(rest, Money.CREDITS)).isEqualTo(credits);
    }

    /** The calls have doubled, and cost this much more than that explains. */
    private static String rest(long micros, Money money) {
        WhyCard.Causes causes = card(
                        one(new Sums(200, 236_000_000 + micros, 0, 2_000_000, 800_000, 200_000, 400)), money)
                .causes();
        return causes.sum().cells().get(causes.heads().indexOf("other")).text();
    }
}
