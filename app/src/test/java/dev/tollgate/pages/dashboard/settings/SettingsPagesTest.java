package dev.tollgate.pages.dashboard.settings;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.Asserts.found;

import dev.tollgate.browser.Scheme;
import dev.tollgate.browser.Visit;
import dev.tollgate.browser.Windows;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Shared;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A person's settings for display and notices. */
@Timeout(240)
@Order(1)
@ResourceLock(Shared.BROWSER)
class SettingsPagesTest {

    private static final String PATH = "/dashboard/settings";
    private static final String NOTICES = PATH + "/notices";
    private static final String PASSWORD = "somebody who chooses";
    private static final Pattern VERSION = Pattern.compile("name=\"version\" value=\"([0-9]+)\"");

    private static Gateway gateway;
    private static Browser browser;

    /** Chooses nothing. */
    private static Browser reader;

    @BeforeAll
    static void start() {
        gateway = Gateway.start();
        reader = new Browser(gateway.url()).signUp("reader@example.org", PASSWORD);
        browser = new Browser(gateway.url()).signUp("chooser@example.org", PASSWORD);
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static String version() {
        return found(VERSION, browser.get(PATH).body());
    }

    private static Browser.Page account(String version, String name, String zone, String theme) {
        return browser.submit(PATH, PATH, Map.of("version", version, "name", name, "zone", zone, "theme", theme));
    }

    @Test
    void name_zone_theme_and_shortcuts_are_as_they_were_chosen() {
        assertThat(account(version(), "Ann <b>", "Europe/Berlin", "dark").location())
                .isEqualTo(PATH + "?saved=1");
        assertThat(browser.get(PATH + "?saved=1").body())
                .contains("Saved.", "data-theme=\"dark\"", "data-shortcuts=\"off\"", "Ann &lt;b")
                .contains("<option selected>Europe/Berlin</option>");
        assertThat(browser.get("/dashboard/keys").body()).contains("data-theme=\"dark\"");
    }

    @ParameterizedTest
    @CsvSource({
        "'',UTC,dark,A name is required.",
        "Ann,Moon/Crater,dark,Choose a zone",
        "Ann,UTC,pink,Nothing was changed"
    })
    void what_cannot_be_chosen_changes_nothing(String name, String zone, String theme, String said) {
        String before = version();
        Browser.Page page = account(before, name, zone, theme);
        assertThat(page.status()).isEqualTo(422);
        assertThat(page.body()).contains(said);
        assertThat(version()).isEqualTo(before);
    }

    @Test
    void a_switch_of_the_amounts_is_kept_and_leads_back() {
        String view = PATH + "/view";
        Browser.Page switched =
                browser.submit(PATH, view, Map.of("money", "credits", "back", "/dashboard/usage?range=7"));
        assertThat(switched.location()).isEqualTo("/dashboard/usage?range=7");
        assertThat(browser.get("/dashboard/keys").body()).contains("<span class=\"muted\"> credits</span>");
        assertThat(browser.get(PATH).body()).contains("data-theme");
        browser.submit(PATH, view, Map.of("money", "dollars", "theme", "system", "back", "/dashboard"));
        assertThat(browser.get("/dashboard/keys").body()).contains("data-figure=\"balance\">$0.25");
    }

    @ParameterizedTest
    @CsvSource({"https://example.org", "//example.org", "/\\example.org", "/dashboardx", "/sign-out"})
    void a_switch_leads_back_only_to_pages_of_this_server(String back) {
        assertThat(browser.submit(PATH, PATH + "/view", Map.of("money", "dollars", "back", back))
                        .location())
                .isEqualTo("/dashboard");
    }

    @Test
    void what_was_changed_in_another_window_is_not_overwritten() {
        String seen = version();
        assertThat(account(seen, "First", "UTC", "light").status()).isEqualTo(303);
        Browser.Page late = account(seen, "Second", "UTC", "light");
        assertThat(late.status()).isEqualTo(422);
        assertThat(late.body()).contains("Another session has changed your settings.", "value=\"Second\"");
        assertThat(browser.get(PATH).body()).contains("value=\"First\"");
    }

    @Test
    void every_page_shows_a_balance_below_the_line_if_one_is_set() {
        assertThat(browser.submit(NOTICES, NOTICES, Map.of("version", version(), "unit", "credits", "line", "much"))
                        .body())
                .contains("The balance must be a number of credits from 0", "value=\"much\"");
        browser.submit(NOTICES, NOTICES, Map.of("version", version(), "unit", "credits", "line", "1,000"));
        assertThat(browser.get("/dashboard/keys").body()).contains("below your line of $5.00");
        assertThat(browser.get(NOTICES).body()).contains("value=\"5.00\"");
        assertThat(browser.submit(NOTICES, NOTICES, Map.of("version", version(), "line", "1,000"))
                        .body())
                .contains("did not say whether this is in dollars or credits", "value=\"1,000\"");
        browser.submit(NOTICES, NOTICES, Map.of("version", version(), "line", ""));
        assertThat(browser.get("/dashboard/keys").body()).doesNotContain("below your line");
    }

    @Test
    void notices_say_where_they_go_and_lead_there() {
        assertThat(reader.get("/dashboard/settings/notices").body())
                .contains("This server sends no mails.", "href=\"/dashboard/webhooks\">Set up webhooks")
                .contains("href=\"/dashboard/budgets\">Set budgets");
    }

    @Test
    void a_larger_line_of_before_stays_in_the_form() {
        gateway.execute("UPDATE person SET balance_line = 100000000000000000");
        assertThat(browser.get(NOTICES).body()).contains("value=\"500000000.00\"");
        Map<String, String> form =
                Map.of("version", version(), "unit", "dollars", "line", "500000000.00", "keys", "on");
        assertThat(browser.submit(NOTICES, NOTICES, form).status()).isEqualTo(303);
        assertThat(browser.submit(
                                NOTICES, NOTICES, Map.of("version", version(), "unit", "credits", "line", "1000000001"))
                        .body())
                .contains("from 0 to 1000000000 with");
        browser.submit(NOTICES, NOTICES, Map.of("version", version(), "line", ""));
    }

    @Test
    void a_key_near_its_limit_is_shown_if_the_customer_wants_it() {
        Browser.Page made = browser.submit(
                "/dashboard/keys/new", "/dashboard/keys/new", Map.of("name", "eager", "unit", "credits", "day", "20"));
        String id = found("/dashboard/keys/(key_[A-Za-z0-9]+)", made.body());
        String insert = "INSERT INTO spend_window (key_id, kind, starts_at, charged_micros, held_micros) VALUES ('"
                + id + "', 'day', "
                + gateway.number("SELECT MAX(created_at) FROM api_key") / 86_400_000 * 86_400_000
                + ", 16000000, 0)";
        gateway.execute(insert);
        browser.submit(NOTICES, NOTICES, Map.of("version", version(), "keys", "1"));
        assertThat(browser.get("/dashboard/keys").body()).contains("Key eager has used 80 % of its limit of ");
        browser.submit(NOTICES, NOTICES, Map.of("version", version()));
        assertThat(browser.get("/dashboard/keys").body()).doesNotContain("Key eager has used");
    }

    @ParameterizedTest
    @MethodSource(Windows.EACH)
    void the_settings_pages_are_accessible(int width, Scheme scheme) {
        try (Visit visit = Visit.at(gateway.url(), width, scheme).with(reader.cookies())) {
            visit.open(PATH);
            visit.look("settings");
            if (Effort.isLong()) { // where mails are sent MailLooksTest looks at it each time
                visit.open(NOTICES);
                visit.look("settings-notices");
            }
        }
    }
}
