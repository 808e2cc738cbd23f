package dev.tollgate.customers.stripe;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.Asserts.found;
import static dev.tollgate.testing.StripeStandIn.paidInFull;
import static dev.tollgate.testing.StripeStandIn.refunded;
import static dev.tollgate.testing.StripeStandIn.tell;

import dev.tollgate.app.AppActions;
import dev.tollgate.base.config.SettingsLoader;
import dev.tollgate.storage.Database;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.StripeStandIn;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk is lost between a payment's beginning and its event (C32). */
class LostPaymentTest {

    private static final String TOP_UP = "/dashboard/billing/top-up";
    private static final Pattern FORM = Pattern.compile("name=\"id\" value=\"([0-9a-f]+)\"");

    @TempDir
    Path folder;

    private static Gateway over(Path data, StripeStandIn stripe) {
        return Gateway.start(
                Map.of(
                        "TOLLGATE_STRIPE_SECRET_KEY",
                        StripeStandIn.KEY,
                        "TOLLGATE_STRIPE_WEBHOOK_SECRET",
                        StripeStandIn.SECRET,
                        "TOLLGATE_SECRET_KEY",
                        Gateway.SECRET_KEY),
                "data",
                data.toString(),
                "stripe.url",
                stripe.url(),
                "sign-up.credits",
                "0");
    }

    private static Browser signedUp(Gateway gateway) {
        return new Browser(gateway.url(), gateway.url(), Map.of())
                .signUp("payer@example.org", "a sentence nobody else has");
    }

    private static StripeStandIn.Session begun(Browser browser, StripeStandIn stripe, String dollars) {
        String form = found(FORM, browser.get(TOP_UP).body());
        assertThat(browser.submit(TOP_UP, TOP_UP, Map.of("id", form, "dollars", dollars))
                        .status())
                .isEqualTo(303);
        return stripe.last();
    }

    private static long credits(Gateway gateway) {
        return gateway.number(
                "SELECT balance_micros / 1000000 FROM account WHERE id = (SELECT account_id FROM payment LIMIT 1)");
    }

    @Test
    void what_was_paid_in_the_lost_time_is_credited_once_when_its_events_come_again() {
        Path copy = folder.resolve("copy.db");
        StripeStandIn.Session lost;
        StripeStandIn.Session refunded;
        Instant created = Instant.now();
        try (StripeStandIn stripe = new StripeStandIn()) {
            try (Gateway gateway = over(folder.resolve("first"), stripe)) {
                Browser browser = signedUp(gateway);
                try (Database database = Database.openReading(gateway.data())) {
                    database.backupTo(copy);
                }
                lost = begun(browser, stripe, "50");
                refunded = begun(browser, stripe, "20");
                assertThat(tell(gateway, paidInFull("evt_1", lost, created))).isEqualTo(200);
            }
            Path second = folder.resolve("second");
            new AppActions(new PrintWriter(new StringWriter()))
                    .restore(
                            SettingsLoader.load(
                                    Map.of("data", second.toString()),
                                    Map.of("TOLLGATE_SECRET_KEY", Gateway.SECRET_KEY)),
                            copy,
                            null,
                            _ -> {});
            try (Gateway gateway = over(second, stripe)) {
                for (int time = 0; time < 2; time++) {
                    assertThat(tell(gateway, refunded("evt_3", refunded, 2_000)))
                            .isEqualTo(200);
                    assertThat(tell(gateway, paidInFull("evt_1", lost, created)))
                            .isEqualTo(200);
                    assertThat(tell(gateway, paidInFull("evt_2", refunded, created)))
                            .isEqualTo(200);
                    assertThat(credits(gateway)).isEqualTo(10_000);
                }
                assertThat(gateway.text("SELECT series || ' ' || sequence FROM invoice WHERE payment_id = '"
                                + lost.payment() + "'"))
                        .isEqualTo("tests of  #2 1");
                assertThat(gateway.differences()).isEmpty();
                Browser owner = new Browser(gateway.url(), gateway.url(), Map.of());
                owner.signIn("payer@example.org", "a sentence nobody else has");
                assertThat(owner.get("/dashboard/billing").body()).contains("data was restored from a copy");
            }
        }
    }
}
