package dev.tollgate.models;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.models.PriceRates.Step;
import dev.tollgate.models.Tariff.SearchCounts;
import dev.tollgate.models.Tariff.Tiers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

class TariffJsonTest {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private static final Tariff WHOLE = new Tariff(
            new PriceRates(2_000_000, 12_000_001, 200_000, 3_000_000, 14_000_000),
            new Step(200_000, new PriceRates(4_000_000, 18_000_001, 400_000, 6_000_000, 15_000_000)),
            SearchCounts.CALLS,
            new Tiers(5_000, 18_001));

    @Test
    void a_tariff_is_written_with_the_names_of_the_catalogue() {
        assertThat(TariffJson.of(WHOLE).toString())
                .isEqualTo("{\"input\":2,\"output\":12.000001,\"cached_input\":0.2,\"audio_input\":3,"
                        + "\"search_per_1000\":14,\"search_counts\":\"calls\",\"above\":{\"prompt_tokens\":200000,"
                        + "\"input\":4,\"output\":18.000001,\"cached_input\":0.4,\"audio_input\":6,"
                        + "\"search_per_1000\":15},\"tiers\":{\"flex\":0.5,\"priority\":1.8001}}");
    }

    @Test
    void rates_that_follow_another_and_tiers_not_offered_are_absent() {
        assertThat(TariffJson.of(Tariff.of(0, PriceRates.MAX)).toString())
                .isEqualTo("{\"input\":0,\"output\":1000000}");
        Tariff flex = new Tariff(PriceRates.of(1, 1), null, SearchCounts.QUERIES, new Tiers(1, 0));
        assertThat(TariffJson.of(flex).toString())
                .isEqualTo("{\"input\":0.000001,\"output\":0.000001,\"tiers\":{\"flex\":0.0001}}");
    }

    @Test
    void a_tariff_is_read_from_its_text() {
        assertThat(TariffJson.read(JSON.readTree(TariffJson.of(WHOLE).toString())))
                .isEqualTo(WHOLE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "5",
                "[]",
                "{'input':1}",
                "{'output':1}",
                "{'input':null,'output':1}",
                "{'input':'1','output':1}",
                "{'input':true,'output':1}",
                "{'input':[1],'output':1}",
                "{'input':1,'output':1e20}",
                "{'input':-1,'output':1}",
                "{'input':1,'output':0.0000001}",
                "{'input':1,'output':1,'cached_input':1.1}",
                "{'input':1,'output':1,'cached_input':'1'}",
                "{'input':1,'output':1,'audio_input':0.9}",
                "{'input':1,'output':1,'search_per_1000':1000001}",
                "{'input':1,'output':1,'search_per_1000':1,'search_counts':'tokens'}",
                "{'input':1,'output':1,'search_per_1000':1,'search_counts':1}",
                "{'input':1,'output':1,'above':{'input':1,'output':1}}",
                "{'input':1,'output':1,'above':{'prompt_tokens':0,'input':1,'output':1}}",
                "{'input':1,'output':1,'above':{'prompt_tokens':1.5,'input':1,'output':1}}",
                "{'input':1,'output':1,'above':{'prompt_tokens':'9','input':1,'output':1}}",
                "{'input':1,'output':1,'above':{'prompt_tokens':9,'input':0.5,'output':1}}",
                "{'input':1,'output':1,'above':null}",
                "{'input':1,'output':1,'tiers':{'flex':0.00001}}",
                "{'input':1,'output':1,'tiers':{'flex':101}}",
                "{'input':1,'output':1,'tiers':{'flex':-1}}",
                "{'input':1,'output':1,'tiers':{'flex':'0.5'}}",
                "{'input':1,'output':1,'tiers':{'priority':1e99}}",
            })
    void a_malformed_tariff_is_refused(String json) {
        assertThatThrownBy(() -> TariffJson.read(JSON.readTree(json.replace('\'', '"'))))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
