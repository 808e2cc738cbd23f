package dev.tollgate.pages.console;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.http.Form;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FormStateTest {

    private static String expiry(String day) {
        return String.valueOf(
                FormState.withExpiry(new Form(Map.of("expires", day))).field("expires_at"));
    }

    @Test
    void credits_expire_after_the_day_of_the_form() {
        assertThat(expiry("2026-12-31")).isEqualTo("2027-01-01T00:00:00Z");
        assertThat(expiry("")).isEmpty();
        assertThatThrownBy(() -> expiry("1 December")).hasMessageContaining("Expires after is a date like 2027-02-01");
    }
}
