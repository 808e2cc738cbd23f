package dev.tollgate.upstreams.media;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.testing.Effort;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MediaUrlTest {

    private static String shown(MediaUrl url) {
        return (url.tls() ? "https" : "http") + " " + url.host() + " " + url.port() + " " + url.target();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http://a.test | http a.test 80 /",
                "HTTPS://A.Test:443/x | https a.test 443 /x",
                "https://a.test:8443/x?y#z | https a.test 8443 /x?y",
                "https://a.test:/x | https a.test 443 /x",
                "https://a.test?q=1 | https a.test 443 /?q=1",
                "https://a.test#f | https a.test 443 /",
                "https://a_b.test/ | https a_b.test 443 /",
                "https://a.test/\u00fc <x>?\u4e2d={} | https a.test 443 /%C3%BC%20%3Cx%3E?%E4%B8%AD=%7B%7D",
                "https://a.test/%2e%2E/100% | https a.test 443 /%2e%2E/100%",
                "https://\u4e2d\u6587.test/ | https xn--fiq228c.test 443 /",
                "https://a.test\u3002/ | https a.test 443 /",
                "http://134744072/ | http 8.8.8.8 80 /",
                "http://010.8.2056/ | http 8.8.8.8 80 /",
                "http://0x8.0x8.0x808/ | http 8.8.8.8 80 /",
                "http://[2001:4860:4860::8888]:81/ | http 2001:4860:4860:0:0:0:0:8888 81 /",
                "http://[::ffff:8.8.8.8]/ | http 8.8.8.8 80 /"
            })
    void a_url_has_one_spelling(String text, String expected) throws MediaRefused {
        assertThat(shown(MediaUrl.parse(text))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/c | /c",
                "c | /a/c",
                "./c | /a/c",
                "../c | /c",
                "../../../c | /c",
                "? | /a/b?",
                "?q=../x | /a/b?q=../x",
                "c?q=1#f | /a/c?q=1",
                "c/. | /a/c/",
                "c/.. | /a/",
                "/c//d | /c//d",
                "'' | /a/",
                "http://h.test:81/z | /z"
            })
    void a_redirect_may_be_relative(String location, String target) throws MediaRefused {
        assertThat(MediaUrl.parse("http://h.test:81/a/b?x=/y/z").resolve(location))
                .extracting(MediaUrl::host, MediaUrl::port, MediaUrl::target)
                .containsExactly("h.test", 81, target);
    }

    @Test
    void a_redirect_may_change_the_scheme_and_the_host() throws MediaRefused {
        MediaUrl from = MediaUrl.parse("http://h.test:81/a");
        assertThat(shown(from.resolve("https://x.test/y"))).isEqualTo("https x.test 443 /y");
        assertThat(shown(from.resolve("//x.test/y"))).isEqualTo("http x.test 80 /y");
    }

    @Test
    void the_host_header_names_the_port_where_it_is_not_the_schemes() throws MediaRefused {
        assertThat(MediaUrl.parse("https://h.test:443/").authority()).isEqualTo("h.test");
        assertThat(MediaUrl.parse("https://h.test:80/").authority()).isEqualTo("h.test:80");
        assertThat(MediaUrl.parse("http://[::1]:81/").authority()).isEqualTo("[0:0:0:0:0:0:0:1]:81");
    }

    @Test
    void a_very_long_url_or_one_with_control_characters_is_refused() {
        for (String url :
                new String[] {"http://h.test/" + "a".repeat(8_192), "http://h.test/\r\nHost: x", "http://h\u0000.test/"
                }) {
            assertThatThrownBy(() -> MediaUrl.parse(url)).isInstanceOf(MediaRefused.class);
        }
    }

    @Test
    void whatever_comes_is_a_url_in_plain_characters_or_refused() {
        long seed = Effort.seed("test.seed");
        Random random = new Random(seed);
        String alphabet = "http://[]@:\\/?#%.0xa1\u00fc\u3002\uff11 \u2460-_";
        for (int i = 0; i < 200_000; i++) {
            StringBuilder text = new StringBuilder(i % 2 == 0 ? "http://" : "");
            for (int length = random.nextInt(24); length > 0; length--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            try {
                MediaUrl url = MediaUrl.parse(text.toString());
                assertThat(url.target()).as("seed %d: %s", seed, text).matches("/[!-~]*");
                assertThat(url.host()).as("seed %d: %s", seed, text).matches("[a-z0-9._:-]+");
                boolean numeric = url.host().matches("[0-9.]+");
                assertThat(url.address() != null)
                        .as("seed %d: %s", seed, text)
                        .isEqualTo(numeric || url.host().contains(":"));
            } catch (MediaRefused refused) {
                assertThat(refused.why()).endsWith(".");
            }
        }
    }
}
