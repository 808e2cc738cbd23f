package dev.tollgate.models;

import static dev.tollgate.testing.Asserts.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Operators' copies of the catalogues that were included in November 2026, when a price was one rate for input and one for output. */
class FormerCataloguesTest {

    private static final Path FOLDER = Path.of("src/test/resources/catalogues/november-2026");

    @Test
    void a_copy_of_the_former_built_in_catalogue_charges_as_before() {
        ChargesGoldenTest.check("documented", CatalogueLoader.load(FOLDER.resolve("models.yaml")));
    }

    @Test
    void a_copy_of_the_former_complete_catalogue_charges_as_before() {
        ChargesGoldenTest.check("gemini-all", CatalogueLoader.load(FOLDER.resolve("gemini-all.yaml")));
    }

    /** A price version is recorded at the first start with it; a later start with other rates under its name stops. */
    @Test
    void a_price_version_of_both_catalogues_has_the_same_rates() {
        Map<String, Pricing> former = prices(CatalogueLoader.load(FOLDER.resolve("gemini-all.yaml")));
        former.putAll(prices(CatalogueLoader.load(FOLDER.resolve("models.yaml"))));
        Map<String, Pricing> present = prices(CatalogueLoader.load(Path.of("models/gemini-all.yaml")));
        present.putAll(prices(CatalogueLoader.builtIn()));
        present.keySet().retainAll(former.keySet());
        former.keySet().retainAll(present.keySet());

        assertThat(present).isNotEmpty().isEqualTo(former);
    }

    private static Map<String, Pricing> prices(Catalogue catalogue) {
        Map<String, Pricing> prices = new HashMap<>();
        catalogue.all().stream()
                .flatMap(model -> model.prices().dated().stream())
                .forEach(price -> prices.put(price.pricing().version(), price.pricing()));
        return prices;
    }
}
