package dev.tollgate.customers.payments;

import static dev.tollgate.testing.Asserts.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VoucherCodeTest {

    private final VoucherCode code = VoucherCode.random(new Random(7));

    /** At the sign, the code as it is shown. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "@",
                "\u3000@\u3000",
                "@\u00a0",
                "@\u200b",
                "\ufeff@",
                "\"@\"",
                "\u201c@\u201d",
                "\u300c@\u300d",
                "@.",
                "@\u3002"
            })
    void signs_around_a_pasted_code_do_not_count(String pasted) {
        assertThat(VoucherCode.read(pasted.replace("@", code.shown()))).isEqualTo(code);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\u00a0", "\u2010", "\u2013", "\u2014", "\u2212", "\uff0d"})
    void any_dash_between_the_groups_is_read(String dash) {
        assertThat(VoucherCode.read(code.shown().replace("-", dash))).isEqualTo(code);
    }

    @ParameterizedTest
    @ValueSource(strings = {"@A", "@\u00e9", "A@", "@\u4e00"})
    void a_letter_too_many_is_no_code(String pasted) {
        assertThat(VoucherCode.read(pasted.replace("@", code.shown()))).isNull();
    }

    @Test
    void full_width_letters_are_read() {
        StringBuilder wide = new StringBuilder();
        code.shown().chars().forEach(c -> wide.append((char) (c + 0xFEE0)));
        assertThat(VoucherCode.read(wide.toString())).isEqualTo(code);
    }
}
