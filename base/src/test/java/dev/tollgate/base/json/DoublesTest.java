package dev.tollgate.base.json;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Effort;
import java.math.BigDecimal;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.DecimalNode;

class DoublesTest {

    @ParameterizedTest
    @CsvSource({
        "0, true",
        "-0.0, true",
        "123456789012345, true",
        "9007199254740991, true",
        "9007199254740993, false",
        "1234567890123456789, false",
        "1234567890123456800, true",
        "0.1, true",
        "1.10, true",
        "0.1234567890123456789012, false",
        "12345678901234567.89, false",
        "1e22, true",
        "1E400, false",
        "-1e309, false",
        "1e-400, false",
        "4.9e-324, true",
        "0e1001, false",
        "1e99999999999, false"
    })
    void a_double_holds_a_number_digit_for_digit(String number, boolean held) {
        assertThat(Doubles.hold(number)).isEqualTo(held);
    }

    @Test
    void a_number_that_is_held_is_the_doubles_own() {
        long seed = Effort.seed("doubles");
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            String digits = Long.toString(random.nextLong() >>> random.nextInt(64));
            String number = random.nextBoolean() ? digits : digits + "." + random.nextInt(1_000_000);
            boolean same =
                    new BigDecimal(number).compareTo(new BigDecimal(Double.toString(Double.parseDouble(number)))) == 0;
            assertThat(Doubles.hold(number)).as("seed %s, %s", seed, number).isEqualTo(same);
            String quoted = Doubles.quoted("{\"a\" : [" + number + ",\"" + number + "\"]}");
            String its = same ? number : '"' + number + '"';
            assertThat(quoted).isEqualTo("{\"a\" : [" + its + ",\"" + number + "\"]}");
        }
    }

    @Test
    void a_tree_loses_no_digit() {
        String json = "{\"a\":[1,1234567890123456789,1e400],\"b\":{\"c\":\"x\",\"d\":0.5}}";
        assertThat(Doubles.quoted(Json.MAPPER.readTree(json)).toString())
                .isEqualTo("{\"a\":[1,\"1234567890123456789\",\"1E+400\"],\"b\":{\"c\":\"x\",\"d\":0.5}}");
    }

    @Test
    void a_tree_is_looked_at_once_however_deep() {
        AtomicInteger looks = new AtomicInteger();
        JsonNode counting = new DecimalNode(new BigDecimal("0.25")) {
            @Override
            public String asString() {
                looks.incrementAndGet();
                return super.asString();
            }
        };
        JsonNode tree = Json.MAPPER.createArrayNode().add(counting).add(new BigDecimal("1e400"));
        for (int depth = 0; depth < 50; depth++) {
            tree = depth % 2 == 0
                    ? Json.MAPPER.createObjectNode().set("a", tree)
                    : Json.MAPPER.createArrayNode().add(tree);
        }
        assertThat(Doubles.quoted(tree).toString()).contains("[0.25,\"1E+400\"]");
        assertThat(looks).hasValue(1);
    }
}
