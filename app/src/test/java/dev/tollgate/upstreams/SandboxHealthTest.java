package dev.tollgate.upstreams;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Channels;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.LogCapture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SandboxHealthTest {

    private static final String HELLO = call("Hello");

    private static String call(String prompt) {
        return "{\"model\":\"gemini-2.5-pro\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\"" + prompt
                + "\"}]}";
    }

    @ParameterizedTest
    @ValueSource(strings = {"status=429 quota=day", "status=403", "status=503"})
    void failures_that_a_prompt_asks_for_count_for_its_own_account_alone(String knob) {
        try (Gateway gateway = Gateway.start("admin.key", Channels.ADMIN_KEY);
                LogCapture log = new LogCapture()) {
            Customer playing = gateway.customer("10");
            Customer other = gateway.customer("10");
            for (int i = 0; i < 6; i++) {
                assertThat(playing.chat(call("[[sandbox: " + knob + "]] Hello")).status())
                        .isEqualTo(503);
            }
            if (knob.contains("day")) {
                assertThat(playing.chat(HELLO).status()).isEqualTo(503); // its own model rests until midnight
            }
            assertThat(other.chat(HELLO).status()).isEqualTo(200);
            assertThat(log.text()).doesNotContain("ALARM", "resting until", "failures in a row");
            String channels = gateway.get("/admin/channels", Channels.ADMIN_KEY).text();
            assertThat(channels).contains("\"state\":\"closed\"").doesNotContain("\"reason\"", "\"last_error\":{");
        }
    }
}
