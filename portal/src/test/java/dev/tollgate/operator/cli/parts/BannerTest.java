package dev.tollgate.operator.cli.parts;

import static dev.tollgate.testing.Asserts.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BannerTest {

    private static final Banner.Upstream SANDBOX = new Banner.Upstream(true, "http://127.0.0.1:4321");

    @Test
    void a_first_start_shows_pages_sign_in_key_and_curl_before_warnings() {
        Banner banner = new Banner(
                "http://127.0.0.1:8080",
                SANDBOX,
                null,
                new Banner.Demo("acc_demo", 10_000_000_000L, "sk-abc", List.of("curl \\", "  -d '{}'", "# {}")),
                "adm-1",
                "abc-def",
                List.of("TOLLGATE_X is not the name of a setting; it has no effect."));
        assertThat(banner.text()).isEqualTo("""
                        Tollgate is running. The built-in sandbox answers. To use Gemini, set GEMINI_API_KEY.

                          Pages      http://127.0.0.1:8080
                          Sign in    operator
                          Password   abc-def  (shown once)
                          Admin key  adm-1  (for /admin, shown once)
                          API key    sk-abc
                                     account acc_demo, 10000 credits

                        curl \\
                          -d '{}'
                        # {}

                        warning: TOLLGATE_X is not the name of a setting; it has no effect.
                        """);
    }

    @Test
    void a_later_start_says_how_to_get_another_key() {
        Banner banner = new Banner(
                "http://h:1",
                SANDBOX,
                null,
                new Banner.Demo("acc_demo", 9_999_500_000L, null, List.of()),
                null,
                null,
                List.of());
        assertThat(banner.text())
                .contains("account acc_demo, 9999.5 credits")
                .contains("./tollgate key create --account acc_demo")
                .doesNotContain("curl", "Sign in");
    }

    @Test
    void with_a_real_upstream_its_address_is_shown() {
        Banner banner = new Banner(
                "http://h:1", new Banner.Upstream(false, "https://gemini.example"), null, null, null, null, List.of());
        assertThat(banner.text())
                .isEqualTo(
                        "Tollgate is running. Answers come from https://gemini.example\n\n  Pages      http://h:1\n");
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
