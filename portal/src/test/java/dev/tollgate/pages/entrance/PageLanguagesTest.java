package dev.tollgate.pages.entrance;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.config.ConfigException;
import dev.tollgate.base.words.Languages;
import dev.tollgate.base.words.Plural;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.OidcStandIn;
import dev.tollgate.testing.PortalServer;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which language a page has, and how a reader chooses it. The second language is a short one of the tests. */
class PageLanguagesTest {

    private static PortalServer start() {
        return PortalServer.start("pages.languages", "xx", "sign-up.open", "true");
    }

    private static Browser accepting(PortalServer server, String header) {
        return new Browser(server.url(), server.url(), Map.of("accept-language", header));
    }

    private static Browser from(PortalServer server, String page) {
        return new Browser(server.url(), server.url(), Map.of("referer", page));
    }

    private static void isIn(String tag, Browser.Page page) {
        assertThat(page.header("vary"))
                .as("pages are not stored, so nothing varies but their packing")
                .isIn("", "accept-encoding");
        assertThat(page.header("content-language")).isEqualTo(tag);
        assertThat(page.body()).contains("<html lang=\"" + tag + "\"");
        assertThat(page.body().contains("aria-label=\"Lingo\"")).isEqualTo(tag.equals("xx"));
    }

    @Test
    void a_page_is_in_the_language_of_address_cookie_or_browser() {
        try (PortalServer server = start()) {
            Browser english = new Browser(server.url());
            isIn("en", english.get("/docs"));
            isIn("xx", english.get("/docs?lang=xx"));
            isIn("en", english.get("/docs"));
            isIn("en", english.get("/docs?lang=zz"));
            isIn("xx", accepting(server, "xx, en;q=0.5").get("/docs"));
            isIn("en", accepting(server, "xx;q=2").get("/docs"));
            Browser chosen = accepting(server, "en");
            assertThat(chosen.post("/language", "", Map.of("lang", "xx")).status())
                    .isEqualTo(303);
            isIn("xx", chosen.get("/sign-in"));
            isIn("en", chosen.get("/sign-in?lang=en"));
        }
    }

    @Test
    void one_offered_language_draws_no_switch_and_no_cookie_or_header_changes_it() {
        try (PortalServer server = PortalServer.start("pages.languages", "en")) {
            Browser browser = accepting(server, "xx");
            Browser.Page page = browser.get("/docs?lang=xx");
            assertThat(page.header("content-language")).isEqualTo("en");
            assertThat(page.body()).doesNotContain("/language");
        }
    }

    @Test
    void the_switch_leads_back_to_its_page_without_the_language_of_the_address() {
        try (PortalServer server = start()) {
            assertThat(switched(server, server.url() + "/docs/models?lang=en&q=a%20b&lang"))
                    .isEqualTo("/docs/models?q=a%20b");
            assertThat(switched(server, server.url() + "/docs?lang=en")).isEqualTo("/docs");
            assertThat(switched(server, server.url() + "/docs/models/a/b")).isEqualTo("/docs/models/a/b");
            assertThat(switched(server, "http://other.example/docs")).isEqualTo("/");
            assertThat(switched(server, server.url() + "//other.example")).isEqualTo("/");
            assertThat(switched(server, server.url() + "/language")).isEqualTo("/");
            assertThat(switched(server, server.url() + "/v1/models")).isEqualTo("/");
            assertThat(switched(server, "no address")).isEqualTo("/");
        }
    }

    private static String switched(PortalServer server, String referer) {
        Browser.Page moved = from(server, referer).post("/language", "", Map.of("lang", "xx"));
        assertThat(moved.status()).isEqualTo(303);
        assertThat(moved.header("set-cookie"))
                .startsWith("lang=xx; Path=/; HttpOnly; SameSite=Lax")
                .endsWith("Max-Age=31536000");
        return moved.location();
    }

    @Test
    void an_unknown_language_is_not_stored_and_another_site_changes_nothing() {
        try (PortalServer server = start()) {
            Browser browser = new Browser(server.url());
            Browser.Page moved = browser.post("/language", "", Map.of("lang", "zz"));
            assertThat(moved.status()).isEqualTo(303);
            assertThat(browser.cookies()).doesNotContain("lang=");
            Browser other = new Browser(server.url(), "http://other.example", Map.of());
            assertThat(other.post("/language", "", Map.of("lang", "xx")).status())
                    .isEqualTo(403);
        }
    }

    @Test
    void the_choice_of_a_person_goes_with_the_person() {
        try (PortalServer server = start()) {
            Browser first = new Browser(server.url());
            first.post("/language", "", Map.of("lang", "xx"));
            first.signUp("ada@example.org", "correct horse battery");
            assertThat(server.text("SELECT language FROM person WHERE login = 'ada@example.org'"))
                    .isEqualTo("xx");
            assertThat(server.text("SELECT a.language FROM account a JOIN person p ON p.account_id = a.id"
                            + " WHERE p.login = 'ada@example.org'"))
                    .isEqualTo("xx");
            isIn("xx", first.get("/dashboard/settings"));
            Browser second = accepting(server, "en");
            second.signIn("ada@example.org", "correct horse battery");
            isIn("xx", second.get("/dashboard/settings"));
            assertThat(second.cookies()).contains("lang=xx");
            second.post("/language", "", Map.of("lang", "en"));
            isIn("en", first.get("/dashboard/settings"));
            second.post("/language", "", Map.of("lang", ""));
            assertThat(server.text("SELECT language FROM person WHERE login = 'ada@example.org'"))
                    .isNull();
            isIn("en", second.get("/dashboard/settings"));
            assertThat(second.cookies()).doesNotContain("lang=");
            isIn("xx", first.get("/dashboard/settings")); // its own cookie
        }
    }

    @Test
    void an_error_page_is_in_the_language_of_the_browser() {
        try (PortalServer server = start()) {
            Browser.Page page = accepting(server, "xx").get("/dashboard/nothing?lang=en");
            assertThat(page.status()).isGreaterThanOrEqualTo(303);
            Browser.Page missing = accepting(server, "xx").get("/docs/nothing?lang=en");
            assertThat(missing.status()).isEqualTo(404);
            assertThat(missing.header("content-language")).isEqualTo("xx");
            assertThat(missing.body()).contains("<html lang=\"xx\"");
        }
    }

    @Test
    void the_provider_of_sign_in_learns_the_language_of_the_page() {
        try (OidcStandIn provider = new OidcStandIn(Instant::now);
                PortalServer server =
                        PortalServer.start(provider.settings("http://127.0.0.1:9", "pages.languages", "xx"))) {
            Browser browser = new Browser(server.url());
            assertThat(browser.get("/sign-in/oidc?lang=xx").location()).endsWith("&ui_locales=xx");
            assertThat(browser.get("/sign-in/oidc").location()).endsWith("&ui_locales=en");
        }
    }

    @Test
    void what_programs_get_does_not_vary() {
        try (PortalServer server = start()) {
            for (String path : new String[] {"/llms.txt", "/docs/quickstart.md", "/docs/models.md"}) {
                Browser.Page chosen = accepting(server, "xx").get(path + "?lang=xx");
                assertThat(chosen.body())
                        .as(path)
                        .isEqualTo(new Browser(server.url()).get(path).body());
                assertThat(chosen.header("content-language")).isEmpty();
            }
            assertThat(accepting(server, "xx").get("/v1/account").body().replaceAll("req_\\w+", ""))
                    .isEqualTo(
                            new Browser(server.url()).get("/v1/account").body().replaceAll("req_\\w+", ""));
        }
    }

    @Test
    void search_engines_find_the_languages_of_the_public_pages() {
        try (PortalServer server = PortalServer.start("pages.languages", "xx", "public.url", "http://ai.example.org")) {
            Browser browser = new Browser(server.url());
            assertThat(browser.get("/").body())
                    .contains("<link rel=\"alternate\" hreflang=\"xx\" href=\"http://ai.example.org/?lang=xx\">")
                    .contains("hreflang=\"x-default\" href=\"http://ai.example.org/\"");
            assertThat(browser.get("/docs/models").body()).contains("http://ai.example.org/docs/models?lang=en");
            assertThat(browser.get("/sign-in").body()).doesNotContain("hreflang");
        }
    }

    @Test
    void a_page_of_the_documentation_is_in_the_language_if_it_is_written_in_it() {
        try (PortalServer server =
                PortalServer.start("pages.languages", "zh-Hans", "public.url", "http://ai.example.org")) {
            Browser browser = new Browser(server.url());
            String first = browser.get("/docs?lang=zh-Hans").body();
            assertThat(first)
                    .contains(
                            "<title>快速入门 – ",
                            "<article class=\"prose\"><h1 id=\"quickstart\">快速入门</h1>",
                            ">复制</button>")
                    .contains("hreflang=\"zh-Hans\" href=\"http://ai.example.org/docs?lang=zh-Hans\"")
                    .contains("<a href=\"/docs/billing\" lang=\"en\">Billing</a>", "aria-label=\"表格 1\"")
                    .doesNotContain("本页为英文。", "{{model");
            String second = browser.get("/docs/billing?lang=zh-Hans").body();
            assertThat(second)
                    .contains("<title lang=\"en\">Billing – ", "<article class=\"prose\" lang=\"en\">", "本页为英文。")
                    .contains("<a href=\"/docs\">快速入门</a>")
                    .doesNotContain("hreflang");
            assertThat(browser.get("/docs").body()).contains("hreflang=\"zh-Hans\"", "<title>Quickstart – ");
            assertThat(browser.get("/docs/search?list=1&lang=zh-Hans&q=%E9%A2%84%E6%89%A3")
                            .body())
                    .contains("<a href=\"/docs/billing", "lang=\"en\"");
        }
    }

    @Test
    void who_manages_an_organization_sets_the_language_of_its_mails() {
        try (PortalServer server = start()) {
            Browser browser = new Browser(server.url());
            browser.signUp("ada@example.org", "correct horse battery");
            String language = "SELECT a.language FROM account a JOIN person p ON p.account_id = a.id"
                    + " WHERE p.login = 'ada@example.org'";
            String settings = "/dashboard/settings";
            assertThat(server.text(language)).isEqualTo("en");
            assertThat(browser.get(settings).body())
                    .contains("Language of e-mails", "<option value=\"en\" lang=\"en\" selected>English</option>");
            assertThat(browser.submit(settings, settings, Map.of("deed", "organization.set", "language", "xx"))
                            .status())
                    .isEqualTo(303);
            assertThat(server.text(language)).isEqualTo("xx");
            assertThat(browser.submit(settings, settings, Map.of("deed", "organization.set", "language", "zz"))
                            .body())
                    .contains("Language of e-mails must be one of en, xx");
            browser.submit(settings, settings, Map.of("deed", "organization.set", "language", ""));
            assertThat(server.text(language)).isNull();
        }
        try (PortalServer server = PortalServer.start("pages.languages", "en", "sign-up.open", "true")) {
            Browser browser = new Browser(server.url());
            browser.signUp("ada@example.org", "correct horse battery");
            assertThat(browser.get("/dashboard/settings").body()).doesNotContain("Language of e-mails");
        }
    }

    @Test
    void a_language_that_is_not_offered_refuses_the_start() {
        assertThatThrownBy(() -> PortalServer.start("pages.language", "xx"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("pages.language")
                .hasMessageContaining("'xx' is not offered; allowed: en");
        assertThatThrownBy(() -> PortalServer.start("pages.languages", "tlh"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("'tlh' is no language of this version");
    }

    @Test
    void the_files_of_the_program_can_be_read() {
        assertThat(Languages.read("zh-Hans").head().plural()).isEqualTo(Plural.NONE);
        assertThat(Languages.complete())
                .allSatisfy(language -> assertThat(language.name()).isNotBlank());
    }
}
