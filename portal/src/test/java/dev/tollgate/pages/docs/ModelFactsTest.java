package dev.tollgate.pages.docs;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.words.Language;
import dev.tollgate.base.words.Plural;
import dev.tollgate.base.words.Signs;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.CatalogueLoader;
import dev.tollgate.models.Model;
import dev.tollgate.models.ModelLife;
import dev.tollgate.models.PriceRates;
import dev.tollgate.models.Pricing;
import dev.tollgate.models.Rate;
import dev.tollgate.models.Tariff;
import dev.tollgate.pages.frame.Money;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The price list over time, with the catalogue of all models. */
class ModelFactsTest {

    private static final Instant CHANGE = Instant.parse("2026-12-01T08:00:00Z");
    static final Catalogue CATALOGUE = CatalogueLoader.load(Path.of("models/gemini-all.yaml"));

    static ModelFacts facts(String id, Instant now) {
        ModelLife life = new ModelLife() {
            @Override
            public Model current(Model model) {
                return model.at(now);
            }

            @Override
            public @Nullable Retirement retirement(Model model) {
                return null;
            }
        };
        return ModelFacts.of(Objects.requireNonNull(CATALOGUE.find(id)), CATALOGUE, life, now);
    }

    @Test
    void a_price_ahead_is_shown_with_its_day_until_then() {
        ModelFacts before = facts("gemini-4-argon", CHANGE.minusMillis(1));

        assertThat(before.badge()).isEqualTo("new price on 1 Dec 2026");
        assertThat(before.changes(Money.CREDITS))
                .containsExactly("From 1 Dec 2026, 08:00 UTC: in 800, cached 40, out 4,000.");
        assertThat(before.changes(Money.DOLLARS))
                .containsExactly("From 1 Dec 2026, 08:00 UTC: in $4.00, cached $0.20, out $20.00.");
        assertThat(before.cachedMicros()).isEqualTo(20_000_000);
        assertThat(before.price().rates().getFirst())
                .isEqualTo(new PriceFacts.Line(sentence("Input, per million tokens"), 400_000_000, null));
        ModelFacts after = facts("gemini-4-argon", CHANGE);
        assertThat(after.ahead()).isEmpty();
        assertThat(after.badge()).isNull();
        assertThat(after.cachedMicros()).isEqualTo(40_000_000);
        assertThat(after.price().rates().getFirst().micros()).isEqualTo(800_000_000);
    }

    @Test
    void a_price_without_google_maps_says_that_it_ends() {
        Model model = Objects.requireNonNull(CATALOGUE.find("gemini-4-argon"));
        Pricing without = model.pricing();
        PriceRates rates = without.tariff().rates();
        Pricing with = new Pricing(
                "with",
                new Tariff(
                        PriceRates.of(rate -> rate == Rate.MAPS ? Long.valueOf(2_800_000_000L) : rate.of(rates)),
                        null,
                        without.tariff().searchCounts(),
                        without.tariff().tiers()),
                without.reasoningBilled(),
                without.rounding());

        assertThat(PriceFacts.of(model, with).changesTo(without, Money.DOLLARS))
                .isEqualTo("Google Maps no longer offered");
        assertThat(PriceFacts.of(model, without).changesTo(with, Money.DOLLARS)).isEqualTo("maps $14.00");
    }

    @Test
    void figures_have_the_signs_of_the_language() {
        Language comma =
                new Language("xx", "Xish", Plural.ONE, new Signs(',', '.'), Map.of("${amount}", "{amount} $")::get);
        assertThat(comma.bound(() -> List.of(
                        ModelFacts.price(Money.DOLLARS, 250_000_000),
                        ModelFacts.withUnit(Money.CREDITS, 2_500_500_000L),
                        ModelFacts.tokens(1_500_000),
                        new ModelSpeeds.Speed(700, 65).tokensASecond())))
                .containsExactly("1,25 $", "2.500,5 credits", "1,5M", "6,5");
    }

    @Test
    void searches_that_are_charged_by_the_call_say_so() {
        assertThat(facts("gemini-2.5-pro", CHANGE).price().rates())
                .extracting(line -> line.name().english())
                .contains("Search, per thousand calls that search");
    }
}
