package dev.tollgate.operator.admin;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.operator.admin.accounts.GrantFields;
import org.junit.jupiter.api.Test;

/** The fields for which forms ask by an input of their own. */
class FormInputsTest {

    private static String expiry(String day) {
        return GrantFields.EXPIRES.inForm(day).asString("");
    }

    @Test
    void credits_expire_after_the_day_of_the_form() {
        assertThat(expiry("2026-12-31")).isEqualTo("2027-01-01T00:00:00Z");
        assertThat(expiry("")).isEmpty();
        assertThatThrownBy(() -> expiry("1 December")).hasMessageContaining("Expires after is a date like 2027-02-01");
    }

    @Test
    void a_command_names_the_time_at_which_credits_expire() {
        assertThat(GrantFields.EXPIRES.typed().apply("2026-12-31").asString()).isEqualTo("2026-12-31T00:00:00Z");
    }
}
