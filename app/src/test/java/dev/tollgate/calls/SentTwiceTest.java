package dev.tollgate.calls;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.Asserts.found;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.Stores;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A form that makes something makes it once, however often it is sent: by a double press, a reload, to two servers at the same moment. */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
@Timeout(60)
class SentTwiceTest {

    private static final String OPERATORS = "a long enough operator";
    private static final Pattern ONCE = Pattern.compile("name=\"once\" value=\"(form-[0-9a-f]{32})\"");
    private static final Pattern TOKEN = Pattern.compile("name=\"csrf\" value=\"([^\"]*)\"");
    private static final Pattern CODE = Pattern.compile("[0-9A-Z]{5}(-[0-9A-Z]{5}){3}");
    private static final int AT_ONCE = 6;

    @Parameter
    Stores stores;

    private static Gateway gateway;
    private static Gateway other;
    private static Browser operator;
    private static Browser customer;

    @BeforeParameterizedClassInvocation
    static void start(Stores stores) {
        if (stores == Stores.SQLITE) {
            gateway = Gateway.start("operator.password", OPERATORS);
            other = gateway;
        } else {
            String shared = Postgres.migrated();
            gateway = Gateway.startOn(shared, "operator.password", OPERATORS);
            other = Gateway.startOn(shared);
        }
        operator = new Browser(gateway.url());
        operator.signIn("operator", OPERATORS);
        customer = new Browser(gateway.url()).signUp("twice@example.org", "somebody who presses twice");
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        if (other != gateway) {
            other.close();
        }
        gateway.close();
    }

    /** One form, sent several times before the first has its response, alternating between both servers. */
    private static List<Gateway.Reply> atOnce(Browser browser, String path, Map<String, String> fields) {
        String page = browser.get(path).body();
        Map<String, String> form = new HashMap<>(fields);
        form.put("csrf", found(TOKEN, page));
        form.put("once", found(ONCE, page));
        String body = form.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        List<CompletableFuture<Gateway.Reply>> sent = new ArrayList<>();
        for (int i = 0; i < AT_ONCE; i++) {
            Gateway to = i % 2 == 0 ? gateway : other;
            sent.add(to.sendAside(HttpRequest.newBuilder(URI.create(to.url() + path))
                    .header("cookie", browser.cookies())
                    .header("origin", to.url())
                    .header("accept", "text/html")
                    .header("content-type", "application/x-www-form-urlencoded")
                    .POST(HttpRequest.BodyPublishers.ofString(body))));
        }
        return sent.stream().map(CompletableFuture::join).toList();
    }

    private static Map<Integer, Long> statuses(List<Gateway.Reply> replies) {
        return replies.stream().collect(Collectors.groupingBy(Gateway.Reply::status, Collectors.counting()));
    }

    @Test
    void a_key_is_made_once_and_the_others_lead_to_its_page_which_says_that_it_was_shown() {
        List<Gateway.Reply> replies = atOnce(customer, "/dashboard/keys/new", Map.of("name", "pressed"));
        assertThat(statuses(replies)).isEqualTo(Map.of(200, 1L, 303, AT_ONCE - 1L));
        assertThat(gateway.number("SELECT COUNT(*) FROM api_key WHERE name = 'pressed'"))
                .isEqualTo(1);
        String id = gateway.text("SELECT id FROM api_key WHERE name = 'pressed'");
        List<String> locations = replies.stream()
                .filter(reply -> reply.status() == 303)
                .map(reply -> reply.header("location"))
                .distinct()
                .toList();
        assertThat(locations).containsExactly("/dashboard/keys/" + id + "?done=before");
        assertThat(customer.get(locations.getFirst()).body()).contains("no second key was created");
        String secret = replies.stream()
                .filter(reply -> reply.status() == 200)
                .map(reply -> found(Pattern.compile("id=\"secret\">(sk-[0-9a-f]{64})<"), reply.text()))
                .findFirst()
                .orElseThrow();
        assertThat(other.get("/v1/credits", secret).status()).isEqualTo(200);
    }

    @Test
    void the_same_form_of_two_people_makes_a_key_for_each() {
        Browser second = new Browser(gateway.url()).signUp("second@example.org", "somebody who presses twice");
        Map<String, String> form = Map.of("name", "common", "once", "form-" + "0".repeat(32));
        for (Browser browser : List.of(customer, second)) {
            assertThat(browser.submit("/dashboard/keys/new", "/dashboard/keys/new", form)
                            .status())
                    .isEqualTo(200);
        }
        assertThat(gateway.number("SELECT COUNT(*) FROM api_key WHERE name = 'common'"))
                .isEqualTo(2);
    }

    @Test
    void an_account_is_made_once_with_its_credits_and_its_row_of_the_audit_log() {
        List<Gateway.Reply> replies = atOnce(
                operator,
                "/console/accounts",
                Map.of("deed", "account.create", "name", "Twice", "credits", "5", "reason", "x y z"));
        assertThat(statuses(replies)).isEqualTo(Map.of(303, (long) AT_ONCE));
        assertThat(gateway.number("SELECT COUNT(*) FROM account WHERE name = 'Twice'"))
                .isEqualTo(1);
        assertThat(gateway.number("SELECT balance_micros FROM account WHERE name = 'Twice'"))
                .isEqualTo(5_000_000);
        assertThat(gateway.number("SELECT COUNT(*) FROM audit_log WHERE action = 'account.create' AND subject ="
                        + " (SELECT id FROM account WHERE name = 'Twice')"))
                .isEqualTo(1);
        gateway.assertBooksAreClosed();
    }

    @Test
    void vouchers_are_made_once_and_their_codes_are_shown_once() {
        List<Gateway.Reply> replies = atOnce(
                operator,
                "/console/vouchers",
                Map.of("deed", "voucher.create", "count", "3", "credits", "2", "reason", "pressed twice"));
        assertThat(statuses(replies)).isEqualTo(Map.of(200, 1L, 422, AT_ONCE - 1L));
        assertThat(gateway.number("SELECT COUNT(*) FROM voucher WHERE note = 'pressed twice'"))
                .isEqualTo(3);
        assertThat(gateway.number(
                        "SELECT COUNT(*) FROM audit_log WHERE action = 'voucher.create' AND reason = 'pressed twice'"))
                .isEqualTo(1);
        assertThat(replies).filteredOn(reply -> reply.status() == 422).allSatisfy(reply -> assertThat(reply.text())
                .contains("no others were created now")
                .doesNotContainPattern(CODE));
        List<String> codes = replies.stream()
                .filter(reply -> reply.status() == 200)
                .flatMap(reply -> CODE.matcher(reply.text()).results().map(MatchResult::group))
                .distinct()
                .toList();
        assertThat(codes).hasSize(3);
        Browser.Page redeemed =
                customer.submit("/dashboard/billing", "/dashboard/billing/voucher", Map.of("code", codes.getFirst()));
        assertThat(redeemed.status()).as(redeemed.body()).isEqualTo(303);
    }
}
