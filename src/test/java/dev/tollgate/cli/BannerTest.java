package dev.tollgate.cli;

import static dev.tollgate.testing.Asserts.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BannerTest {

    private static final Banner.Upstream SANDBOX = new Banner.Upstream(true, "http://127.0.0.1:4321");

    @Test
    void the_first_start_tells_the_address_the_demo_key_and_a_line_to_paste() {
        Banner banner = new Banner(
                "http://127.0.0.1:8080",
                SANDBOX,
                new Banner.Demo("acc_demo", 10_000_000_000L, "sk-abc"),
                null,
                "abc-def",
                List.of("TOLLGATE_X is not the name of a setting; it has no effect."));
        assertThat(banner.text()).isEqualTo("""
                        warning: TOLLGATE_X is not the name of a setting; it has no effect.
                        Tollgate listens on http://127.0.0.1:8080
                        The built-in sandbox answers (http://127.0.0.1:4321); set GEMINI_API_KEY to ask Gemini.
                        The pages: http://127.0.0.1:8080 - sign in as operator with the password (shown this once): abc-def
                        Demo account acc_demo with 10000 credits
                        Demo key: sk-abc
                        Try:
                        curl http://127.0.0.1:8080/v1/chat/completions -H 'Authorization: Bearer sk-abc' \
                        -H 'Content-Type: application/json' -d '{"model": "gemini-2.5-pro", \
                        "messages": [{"role": "user", "content": "Explain quantum computing in simple terms"}]}'
                        """);
    }

    @Test
    void a_later_start_says_how_to_get_another_key() {
        Banner banner = new Banner(
                "http://h:1", SANDBOX, new Banner.Demo("acc_demo", 9_999_500_000L, null), null, null, List.of());
        assertThat(banner.text())
                .contains("Demo account acc_demo with 9999.5 credits\n")
                .contains("./tollgate key create --account acc_demo")
                .doesNotContain("curl", "Operator");
    }

    @Test
    void with_a_real_upstream_its_address_is_told() {
        Banner banner = new Banner(
                "http://h:1", new Banner.Upstream(false, "https://gemini.example"), null, null, null, List.of());
        assertThat(banner.text())
                .isEqualTo(
                        "Tollgate listens on http://h:1\nAnswers come from https://gemini.example\nThe pages: http://h:1\n");
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, http://127.0.0.1:80",
        "0.0.0.0,   http://127.0.0.1:80",
        "::,        http://[::1]:80",
        "::1,       http://[::1]:80",
        "[::1],     http://[::1]:80",
        "localhost, http://localhost:80"
    })
    void the_address_can_be_called_from_this_machine(String host, String url) {
        assertThat(Banner.url(host, 80)).isEqualTo(url);
    }
}
