package dev.tollgate.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.error.ApiException;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CursorTest {

    @Test
    void aCursorKeepsEachValueWhateverItsCharacters() {
        List<String> values = List.of("2026-11-30", "", "a~b!c%d+e f\n&=#?/:", "Müller 🦙", "~");

        String text = new Cursor(values).text();

        assertThat(text).matches("[A-Za-z0-9._~!*-]+");
        assertThat(Cursor.<List<String>>read(text, 5, Cursor::values)).isEqualTo(values);
        assertThat(Cursor.of(null, LocalDate.of(2026, 11, 30), 7))
                .isEqualTo(new Cursor(List.of("", "2026-11-30", "7")));
    }

    @Test
    void theCursorOfAnIdIsTheId() {
        assertThat(Cursor.of("key_a1B2-c3").text()).isEqualTo("key_a1B2-c3");
        assertThat(Cursor.<String>read("key_a1B2-c3", 1, it -> it.value(0))).isEqualTo("key_a1B2-c3");
    }

    @Test
    void noCursorIsTheFirstPage() {
        assertThat(Cursor.<List<String>>read(null, 2, Cursor::values)).isNull();
        assertThat(Cursor.<List<String>>read("", 2, Cursor::values)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"1", "1~2~3", "x~a", "-1~a", "1!~a", "1!4~a", "1!zz~a", "9999999999999999999~a", "1~\u0000~"})
    void aTextThatIsNoCursorIsRefusedWithItsValue(String text) {
        assertThatThrownBy(() -> Cursor.<Long>read(text, 2, it -> it.number(0)))
                .isInstanceOfSatisfying(ApiException.class, e -> {
                    assertThat(e.error().status()).isEqualTo(400);
                    assertThat(e.error().param()).isEqualTo("after");
                    assertThat(e.error().message())
                            .isEqualTo("'after' is '" + text.replace('\u0000', '?')
                                    + "'; it must be the 'next' of an answer to the same question.");
                });
    }

    @Test
    void theLastPageNamesNoNext() {
        List<String> all = List.of("a", "b", "c");

        assertThat(Page.of(all, 2, Cursor::of)).isEqualTo(new Page<>(List.of("a", "b"), "b"));
        assertThat(Page.of(all, 3, Cursor::of)).as("exactly full").isEqualTo(new Page<>(all, null));
        assertThat(Page.of(List.<String>of(), 1, Cursor::of)).isEqualTo(new Page<>(List.of(), null));
    }

    @Test
    void aLimitIsAWholeNumberInItsRange() {
        Limit limit = Limit.of(200, 50);

        assertThat(limit.read(null)).isEqualTo(50);
        assertThat(limit.read("")).isEqualTo(50);
        assertThat(limit.read("1")).isEqualTo(1);
        assertThat(limit.read("200")).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "201", "-1", "1.0", "1e2", " 1", "x", "4294967297", "99999999999999999999", "١"})
    void aWrongLimitIsRefusedWithItsValueAndRange(String text) {
        assertThatThrownBy(() -> Limit.of(200, 50).read(text)).isInstanceOfSatisfying(ApiException.class, e -> {
            assertThat(e.error().param()).isEqualTo("limit");
            assertThat(e.error().message())
                    .isEqualTo("'limit' is '" + text + "'; it must be a whole number from 1 to 200.");
        });
    }
}
