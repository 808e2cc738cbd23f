package dev.tollgate.protocols.door;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.testing.Effort;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelNamesTest {

    @ParameterizedTest
    @CsvSource({
        "claude-*,claude-sonnet-5,true",
        "claude-*,claude,false",
        "*opus*,claude-opus-4,true",
        "*opus*,claude-sonnet,false",
        "a*b*c,aXbYc,true",
        "a*b*c,ac,false",
        "ab*ba,aba,false",
        "ab*ba,abba,true",
        "gpt-4,gpt-4,true",
        "gpt-4,gpt-4o,false",
        "a.c,abc,false",
    })
    void an_asterisk_stands_for_any_text(String pattern, String name, boolean fits) {
        assertThat(new ModelNames(List.of(pattern + "=m")).model(name)).isEqualTo(fits ? "m" : null);
    }

    @Test
    void names_fit_as_a_regular_expression_says() {
        long seed = Effort.seed("test.seed");
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            String pattern = drawn(random, "ab*");
            String name = drawn(random, "ab");
            assertThat(new ModelNames(List.of(pattern + "=m")).model(name) != null)
                    .as("seed %d: %s fits %s", seed, name, pattern)
                    .isEqualTo(Pattern.matches(pattern.replace("*", ".*"), name));
        }
    }

    private static String drawn(Random random, String letters) {
        StringBuilder drawn = new StringBuilder();
        for (int i = random.nextInt(1, 9); i > 0; i--) {
            drawn.append(letters.charAt(random.nextInt(letters.length())));
        }
        return drawn.toString();
    }
}
