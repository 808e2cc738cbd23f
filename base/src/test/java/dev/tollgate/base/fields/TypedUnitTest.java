package dev.tollgate.base.fields;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.error.Mistake;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Percent and dollars of forms, for the thousandths and cents of bodies. */
class TypedUnitTest {

    private static final Field<Long> FACTOR = Field.whole("factor", sentence("Factor"), 1, 2_000)
            .asked(TypedUnit.PERCENT.input(
                    sentence("All models"), sentence("a percentage"), factor -> factor >= 1 && factor <= 2_000));

    @ParameterizedTest
    @CsvSource({"90, 900", "92.5, 925", "90.00, 900", "0.1, 1", "90%, 900", "90 %, 900", "' 90 ', 900", "'1,000', 10000"
    })
    void a_percentage_is_read_as_thousandths(String text, long thousandths) {
        assertThat(TypedUnit.PERCENT.read(text)).isEqualTo(thousandths);
    }

    @ParameterizedTest
    @CsvSource({"9, 900", "9.5, 950", "$9.50, 950", "'$1,200', 120000", "0, 0", "0.50, 50"})
    void dollars_are_read_as_cents(String text, long cents) {
        assertThat(TypedUnit.DOLLARS.read(text)).isEqualTo(cents);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "90.05", "-10", "90,5", "$90", "%", "9 0", "9e1", "10 % off", "٩", "9999999999999999"})
    void a_percentage_that_is_not_exact_is_refused(String text) {
        assertThat(TypedUnit.PERCENT.read(text)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "9.505", "¥9", "9%", "1.2.3", "$"})
    void an_amount_that_is_not_exact_is_refused(String text) {
        assertThat(TypedUnit.DOLLARS.read(text)).isNull();
    }

    @Test
    void a_form_shows_a_number_as_it_reads_it() {
        for (long number = 0; number <= 2_000; number++) {
            for (TypedUnit unit : TypedUnit.values()) {
                assertThat(unit.read(unit.text(number))).isEqualTo(number);
            }
        }
        assertThat(TypedUnit.PERCENT.text(925)).isEqualTo("92.5");
        assertThat(TypedUnit.DOLLARS.text(2_900)).isEqualTo("29.00");
    }

    @ParameterizedTest
    @ValueSource(strings = {"90.05", "200.1", "", " "})
    void a_refusal_names_the_label_the_text_and_what_is_allowed(String text) {
        assertThatThrownBy(() -> FACTOR.inForm(text))
                .isInstanceOf(Mistake.class)
                .hasMessage("All models is \"%s\"; allowed is a percentage.", text.strip());
    }

    @Test
    void commands_and_bodies_keep_their_unit() {
        assertThat(FACTOR.typed().apply("900")).isEqualTo(FACTOR.inForm("90"));
    }
}
