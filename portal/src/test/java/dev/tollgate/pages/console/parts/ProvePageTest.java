package dev.tollgate.pages.console.parts;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.operator.admin.actions.OperatorActions;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.PortalServer;
import dev.tollgate.testing.TestLanguages;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The page for the password shows the form that waits, in the words of its action. */
@Timeout(60)
class ProvePageTest {

    private static final String PASSWORD = "a long enough operator";
    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
    private static final Pattern TITLE = Pattern.compile("<h1>([^<]*)</h1>");
    private static final Pattern LINE = Pattern.compile("<dt>([^<]*)</dt>");

    private static PortalServer server;
    private static String account;

    @BeforeAll
    static void start() {
        server = PortalServer.start("operator.password", PASSWORD, "pages.languages", TestLanguages.CHINESE);
        account = "/console/accounts/" + server.customer("10").account();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** Sends a form eleven minutes after the sign-in. @return the page for the password */
    private static String asked(String path, String deed, Map<String, String> fields, String language) {
        Browser operator = new Browser(server.url());
        server.setNow(NOW);
        operator.signIn("operator", PASSWORD);
        server.setNow(NOW.plusSeconds(660));
        Map<String, String> form = new HashMap<>(fields);
        form.putAll(Map.of("deed", deed, "reason", "for a test"));
        Browser.Page sent = operator.submit(path, path, form);
        assertThat(sent.location()).as(deed).startsWith("/console/prove?to=");
        return operator.get(sent.location() + "&lang=" + language).body();
    }

    private static List<String> labels(String page) {
        return LINE.matcher(page).results().map(found -> found.group(1)).toList();
    }

    private static void assertAsked(String path, String deed, Map<String, String> fields, String... labels) {
        var button = Objects.requireNonNull(OperatorActions.asked(deed), deed).button();
        String english = asked(path, deed, fields, "en");
        assertThat(TITLE.matcher(english).results().map(found -> found.group(1)))
                .containsExactly(button.word().english());
        List<String> expected = new ArrayList<>(List.of(labels));
        expected.add("Reason");
        assertThat(labels(english))
                .as(deed)
                .filteredOn(label -> !label.equals("For"))
                .hasSameElementsAs(expected);
        String chinese = asked(path, deed, fields, "zh-Hans");
        assertThat(TITLE.matcher(chinese).results().map(found -> found.group(1)))
                .as(deed)
                .allMatch(ProvePageTest::isChinese);
        assertThat(labels(chinese)).as(deed).hasSize(labels(english).size()).allMatch(ProvePageTest::isChinese);
    }

    private static boolean isChinese(String text) {
        return text.codePoints().anyMatch(each -> Character.UnicodeScript.of(each) == Character.UnicodeScript.HAN);
    }

    @Test
    void a_form_that_waits_is_read_in_the_words_of_its_action() {
        Map<String, String> grant =
                Map.of("credits", "5", "expires_at", "2027-02-01", "models", "gemini-*", "limits", "5:2", "once", "");
        assertAsked(account, "account.grant", grant, "Credits", "Expires after", "Models", "Limits");
        Map<String, String> extend = Map.of("grant", "1", "expires_at", "2027-02-01");
        assertAsked(account, "grant.extend", extend, "Grant", "Expires after");
        assertAsked(
                account,
                "account.limits",
                Map.of("day", "5", "requests", "9"),
                "Credits per day",
                "Requests per minute");
        assertAsked(account, "account.block?blocked=true", Map.of());
        assertAsked(account, "account.set_role?role=operator", Map.of("login", "ann"), "Person");
        assertAsked(account, "person.delete", Map.of("login", "ann"), "Person");
        Map<String, String> make = Map.of("count", "3", "credits", "5", "expires_at", "2027-02-01", "days", "30");
        assertAsked(
                "/console/vouchers",
                "voucher.create",
                make,
                "Number of vouchers",
                "Credits per voucher",
                "Expires after",
                "Days of the credits");
        Map<String, String> write =
                Map.of("text", "Soon", "begins_at", "2027-02-01T10:00", "ends_at", "2027-02-02T10:00");
        assertAsked("/console/status", "announcement.write", write, "Text", "Begin", "End");
        assertAsked("/console/status", "announcement.delete", Map.of("number", "1"), "Number");
        assertAsked("/console/plans/pro", "plan.close", Map.of());
        Map<String, String> price = Map.of("input", "5", "above.input", "6", "reasoning", "free", "version", "x");
        assertAsked("/console/prices/gemini-3-pro", "model.price", price, "Input", "Long prompts: input", "Reasoning");
        assertAsked("/console/settings/mail", "mail.test", Map.of("to", "ann@example.org"), "Send a test mail to");
    }

    @Test
    void a_code_that_was_chosen_is_read_in_words() {
        Map<String, String> price = Map.of("search_counts", "calls", "reasoning", "free", "cancel_scheduled", "true");
        String path = "/console/prices/gemini-3-pro";
        assertThat(asked(path, "model.price", price, "en"))
                .contains("<dt>Counted searches</dt><dd class=\"break\">by call</dd>")
                .contains("<dt>Reasoning</dt><dd class=\"break\">free</dd>")
                .contains("<dt>Cancel later prices</dt><dd class=\"break\">yes</dd>");
        assertThat(asked(path, "model.price", price, "zh-Hans"))
                .doesNotContain("<dd class=\"break\">calls<", "<dd class=\"break\">free<", "<dd class=\"break\">yes<");
        assertThat(asked("/console/plans/pro", "plan.set", Map.of("period", "month"), "zh-Hans"))
                .doesNotContain("<dd class=\"break\">month<");
    }

    @Test
    void a_box_is_shown_only_if_it_was_changed() {
        String path = "/console/settings";
        Map<String, String> same = Map.of("pages.status", "on", "was-pages.status", "true");
        assertThat(labels(asked(path, "setting.set", same, "en"))).containsExactly("Reason");
        Map<String, String> ticked = Map.of("pages.status", "on", "was-pages.status", "false");
        assertThat(labels(asked(path, "setting.set", ticked, "en"))).contains("pages.status");
        assertThat(labels(asked(path, "setting.set", Map.of("was-pages.status", "true"), "en")))
                .contains("pages.status");
    }
}
