package dev.tollgate.base.fields;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.testing.MarkedLanguages;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.JsonNodeFactory;

class FieldTest {

    private static final Field<Boolean> FLAG = Field.flag("paused", sentence("Paused"));
    private static final Field<List<String>> LIST = Field.list("names", sentence("Names"), 2, Field::string);

    @ParameterizedTest
    @CsvSource({"on, true", "true, true", "'', false", "false, false"})
    void a_typed_flag_is_true_or_false(String text, boolean flag) {
        assertThat(FLAG.read("paused", FLAG.typed().apply(text))).isEqualTo(flag);
    }

    @ParameterizedTest
    @ValueSource(strings = {"yes", "TRUE", "1", "no", " "})
    void another_word_for_a_typed_flag_is_refused(String text) {
        assertThatThrownBy(() -> FLAG.read("paused", FLAG.typed().apply(text)))
                .isInstanceOf(ApiException.class)
                .hasMessageContaining("true or false");
    }

    @Test
    void an_entry_that_comes_twice_counts_once() {
        var sent = JsonNodeFactory.instance.arrayNode().add("b").add("a").add("b");
        assertThat(LIST.read("names", sent)).containsExactly("b", "a");
        assertThatThrownBy(() -> LIST.read("names", sent.add("c"))).hasMessageContaining("at most 2 entries, not 3");
    }

    @Test
    void entries_beyond_the_bound_are_not_read() {
        var many = JsonNodeFactory.instance.arrayNode();
        IntStream.range(0, 10_000).forEach(i -> many.add(7_000 + i));
        Field<List<String>> list = Field.list("names", sentence("Names"), 2, (path, value) -> {
            throw new AssertionError(path + " was read");
        });
        assertThatThrownBy(() -> list.read("names", many)).hasMessageContaining("at most 2 entries, not 10000");
    }

    @Test
    void a_refusal_has_the_name_for_programs_and_the_label_for_people() {
        Field<Long> field = Field.whole("requests", sentence("Requests per minute"), 1, 5_000);
        ApiError refused = refusal(field, 0);
        assertThat(refused.message()).isEqualTo("'requests' must be a whole number from 1 to 5000.");
        assertThat(refused.forPeople(field.label()).english())
                .isEqualTo("Requests per minute must be a whole number from 1 to 5000.");
        Sentence marked = refused.forPeople(field.label());
        assertThat(marked.in(MarkedLanguages.ACCENTED))
                .startsWith("⟦⟦Ŕéɋúéśťś ƥéŕ ɱíńúťé")
                .contains("1 ťó 5000");
    }

    @Test
    void a_refusal_can_name_the_value() {
        Field<Long> field = Field.whole("hours", sentence("Hours"), 1, 744).naming();
        ApiError refused = refusal(field, 745);
        assertThat(refused.message()).isEqualTo("'hours' is 745; allowed is a whole number from 1 to 744.");
        assertThat(refused.forPeople(field.label()).in(MarkedLanguages.ACCENTED))
                .contains("ŵħółé ńúɱƀéŕ");
        assertThatThrownBy(() -> Field.text("name", sentence("Name")).naming()).hasMessageContaining("name");
    }

    @Test
    void people_read_what_an_empty_field_means_in_a_second_sentence() {
        Field<Long> field =
                Field.whole("requests", sentence("Requests per minute"), 1, 5).orNull(sentence("no limit"));
        ApiError refused = refusal(field, 0);
        assertThat(refused.message()).isEqualTo("'requests' must be a whole number from 1 to 5, or null for no limit.");
        assertThat(refused.forPeople(field.label()).english())
                .isEqualTo("Requests per minute must be a whole number from 1 to 5."
                        + " Leave the field empty for no limit.");
    }

    private static ApiError refusal(Field<Long> field, long value) {
        return catchThrowableOfType(
                        ApiException.class, () -> field.read(field.name(), JsonNodeFactory.instance.numberNode(value)))
                .error();
    }
}
