package dev.tollgate.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CompatErrorsTest {

    @Test
    void the_error_in_a_body_is_found() {
        assertThat(error("{\"error\":{\"message\":\"no\"}}")).contains("\"no\"");
        assertThat(error("[{\"error\":\"words alone\"}]")).contains("words alone");
    }

    /** Such a number throws past whoever expects a parser's exceptions, or fills the memory of whoever rounds it. */
    @ParameterizedTest
    @ValueSource(strings = {"1e99999999999", "-1e-99999999999", "1e999999999"})
    void a_number_that_no_calculation_survives_is_no_error_that_can_be_read(String number) {
        assertThat(error("{\"error\":{\"code\":" + number + "}}")).isEmpty();
    }

    private static String error(String body) {
        return CompatErrors.error(body.getBytes(StandardCharsets.UTF_8)).toString();
    }
}
