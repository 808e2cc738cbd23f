package dev.tollgate.models;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.money.Credits;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The worked example of docs/billing.md: its rates and counts give the figures that it prints. */
class BillingDocTest {

    private static final Tariff.Tiers HALF_PRICE = new Tariff.Tiers(Tariff.Tiers.ONE / 2, 0);

    private String example = "";
    private List<List<String>> rates = List.of();
    private List<List<String>> counts = List.of();
    private List<List<String>> components = List.of();

    @BeforeEach
    void read() throws IOException {
        String doc = Files.readString(Path.of("docs/billing.md"));
        int start = doc.indexOf("### A worked example");
        example = doc.substring(start, doc.indexOf("\n## ", start));
        List<List<List<String>>> tables = tables(example);
        assertThat(tables).hasSize(3);
        rates = tables.get(0);
        counts = tables.get(1);
        components = tables.get(2);
    }

    @Test
    void each_component_is_its_count_at_the_rate_in_force() {
        Usage usage = usage(ServiceTier.FLEX);
        PriceRates paid = pricing(1).tariff().of(usage);
        long cached = usage.cachedWithinPrompt();
        long audio = usage.uncachedAudioTokens();

        assertThat(components.stream().limit(5).map(row -> row.get(1)))
                .containsExactly(
                        whole(usage.inputTokens() - cached - audio),
                        whole(cached),
                        whole(audio),
                        whole(pricing(1).billedOutputTokens(usage)),
                        whole(usage.searches()));
        assertThat(components.stream().limit(5).map(row -> number(row.get(2)).longValueExact() * Credits.MICROS))
                .containsExactly(
                        paid.inputMicros(),
                        paid.cachedMicros(),
                        paid.audioMicros(),
                        paid.outputMicros(),
                        paid.searchMicros());
        BigDecimal sum = BigDecimal.ZERO;
        for (List<String> row : components.subList(0, 5)) {
            BigDecimal credits = number(row.get(3));
            boolean isSearch = row.getFirst().equals("searches");
            assertThat(number(row.get(1)).multiply(number(row.get(2))).movePointLeft(isSearch ? 3 : 6))
                    .as(row.getFirst())
                    .isEqualByComparingTo(credits);
            sum = sum.add(credits);
        }
        assertThat(bold(components.get(5).get(3))).isEqualTo(sum.toPlainString());
    }

    @Test
    void the_charges_equal_the_programs() {
        Usage flex = usage(ServiceTier.FLEX);
        String before = Credits.text(pricing(1).chargeMicros(flex));
        String after = Credits.text(pricing(3).chargeMicros(flex));
        String standard = Credits.text(pricing(1).chargeMicros(usage(ServiceTier.STANDARD)));

        assertThat(bold(components.get(5).get(3))).isEqualTo(before);
        assertThat(example)
                .contains("1 January 2027, it would cost **" + after + "** credits")
                .contains("no tier, the charge would be **" + standard + "** credits");
    }

    /** @param column the column for prompts up to the threshold; the next column is for longer prompts */
    private Pricing pricing(int column) {
        Tariff tariff = new Tariff(
                rates(column),
                new PriceRates.Step(200_000, rates(column + 1)),
                Tariff.SearchCounts.QUERIES,
                HALF_PRICE);
        return new Pricing("example", tariff, true, new Pricing.Rounding(Pricing.Rounding.Form.FLOOR_TOTAL, 1, 1));
    }

    private PriceRates rates(int column) {
        long[] micros = new long[5];
        for (int i = 0; i < micros.length; i++) {
            micros[i] = number(rates.get(i).get(column)).longValueExact() * Credits.MICROS;
        }
        return new PriceRates(micros[0], micros[3], micros[1], micros[2], micros[4]);
    }

    private Usage usage(ServiceTier tier) {
        long[] tokens = counts.stream()
                .mapToLong(row -> number(row.get(1)).longValueExact())
                .toArray();
        return new Usage(
                tier, tokens[0], 0, tokens[4], tokens[5], tokens[1], tokens[3], tokens[2], 0, tokens[4], tokens[6]);
    }

    /** Returns the cells of each table, without its head. */
    private static List<List<List<String>>> tables(String text) {
        List<List<List<String>>> tables = new ArrayList<>();
        boolean isInside = false;
        for (String line : text.lines().toList()) {
            if (line.startsWith("|---")) {
                tables.add(new ArrayList<>());
                isInside = true;
            } else if (!line.startsWith("|")) {
                isInside = false;
            } else if (isInside) {
                tables.getLast()
                        .add(Arrays.stream(line.substring(1).split("\\|"))
                                .map(String::strip)
                                .toList());
            }
        }
        return tables;
    }

    private static BigDecimal number(String text) {
        return new BigDecimal(text.replace(",", ""));
    }

    private static String whole(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private static String bold(String text) {
        return text.replace("*", "");
    }
}
