package dev.tollgate.customers.webhooks;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.customers.roles.Acting;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Stores;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The addresses of webhooks under the rules of downloads, which the gateway has. */
@Timeout(120)
class WebhookAddressesTest {

    private static final String PAGE = "/dashboard/webhooks";

    @ParameterizedTest
    @MethodSource(Stores.USUAL)
    void addresses_that_are_not_public_are_refused_or_never_reached(Stores stores) {
        try (Gateway gateway = Gateway.startOn(stores)) {
            Browser browser = new Browser(gateway.url()).signUp("hook@example.org", "somebody with a webhook");
            for (String url :
                    new String[] {"http://example.org/", "ftp://example.org/", "https://user@example.org/", "x"}) {
                assertThat(browser.submit(
                                        PAGE,
                                        PAGE,
                                        Map.of(
                                                "deed",
                                                "create",
                                                "url",
                                                url,
                                                "form",
                                                "standard",
                                                "events.member.joined",
                                                "on"))
                                .body())
                        .as(url)
                        .contains("class=\"error\"");
            }
            for (String url : new String[] {
                "https://169.254.169.254/",
                "https://10.0.0.7/hook",
                "https://127.0.0.1/",
                "https://2130706433/",
                "https://0x7f.1/",
                "https://017700000001/",
                "https://[::1]/",
                "https://[::ffff:192.168.0.1]/",
                "https://[fe80::1]/",
                "https://[64:ff9b::a00:1]/",
                "https://localhost/",
                "https://LOCALHOST./",
                "https://a.localhost/",
                "https://printer.local/",
                "https://intranet/",
                "https://example.org:8443/"
            }) {
                Browser.Page refused = browser.submit(
                        PAGE,
                        PAGE,
                        Map.of("deed", "create", "url", url, "form", "standard", "events.member.joined", "on"));
                assertThat(refused.status()).as(url).isEqualTo(422);
                assertThat(refused.body()).as(url).contains("which deliveries cannot reach: use a public host");
            }
            Acting by = new Acting(
                    gateway.text("SELECT account_id FROM person WHERE login = 'hook@example.org'"),
                    "per_1",
                    null,
                    null);
            gateway.people()
                    .mail()
                    .webhooks()
                    .create(by, "https://169.254.169.254/", Webhooks.Form.STANDARD, WebhookEvent.CHOSEN);
            assertThat(browser.submit(PAGE, PAGE, Map.of("deed", "test")).status())
                    .isEqualTo(303);
            gateway.people().mail().deliveries().sweep();
            assertThat(browser.get(PAGE).body()).contains("waiting, no response");
        }
    }
}
