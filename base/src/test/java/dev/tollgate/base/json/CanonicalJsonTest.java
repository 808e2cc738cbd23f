package dev.tollgate.base.json;

import static dev.tollgate.testing.Asserts.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** What {@code ReceiptJsonTest} does not ask, since receipts do not have it. */
class CanonicalJsonTest {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private static String canonical(String json) {
        return CanonicalJson.text(JSON.readTree(json));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '#',
            value = {
                "[ 3, 1 , [ ], { } ] | [3,1,[],{}]",
                "{\"b\":[{\"z\":null,\"a\":true}],\"a\":\"\\u00e9\"} | {\"a\":\"é\",\"b\":[{\"a\":true,\"z\":null}]}",
                "100 | 100",
                "1e2 | 100",
                "1.50 | 1.5",
                "15e-1 | 1.5",
                "0.0 | 0",
                "-0 | 0",
                "9007199254740993 | 9007199254740993",
                "1e999999999 | 1E+999999999",
                "1E-999999999 | 1E-999999999",
            })
    void a_value_has_one_canonical_form(String json, String form) {
        assertThat(canonical(json)).isEqualTo(form);
        assertThat(canonical(canonical(json))).isEqualTo(form);
    }
}
