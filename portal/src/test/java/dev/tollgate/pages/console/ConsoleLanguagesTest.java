package dev.tollgate.pages.console;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Browser;
import dev.tollgate.testing.PortalServer;
import dev.tollgate.testing.TestLanguages;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The console in Chinese: people read it, and what is kept or read by programs is as in English. */
@Timeout(60)
class ConsoleLanguagesTest {

    private static final String PASSWORD = "a long enough operator";
    private static final Pattern SUBJECT = Pattern.compile("name=\"subject\" value=\"([^\"]+)\"");

    private static PortalServer server;
    private static Browser operator;

    @BeforeAll
    static void start() {
        server = PortalServer.start("operator.password", PASSWORD, "pages.languages", TestLanguages.CHINESE);
        operator = new Browser(server.url());
        assertThat(operator.signIn("operator", PASSWORD).location()).isEqualTo("/console");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String in(String language, String path) {
        Browser.Page page = operator.get(path + (path.contains("?") ? "&" : "?") + "lang=" + language);
        assertThat(page.status()).as(page.body()).isEqualTo(200);
        return page.body();
    }

    private static List<String> subjects(String language) {
        return SUBJECT.matcher(in(language, "/console"))
                .results()
                .map((MatchResult subject) -> subject.group(1))
                .toList();
    }

    @Test
    void a_warning_that_was_dismissed_in_chinese_is_dismissed_in_english() {
        List<String> all = subjects("en");
        assertThat(all).anyMatch(subject -> subject.startsWith("console: retirements "));
        assertThat(subjects("zh-Hans")).isEqualTo(all);
        operator.submit("/console", "/console?lang=zh-Hans", Map.of("subject", all.getFirst()));
        assertThat(subjects("en")).isEqualTo(all.subList(1, all.size()));
    }

    @Test
    void the_log_is_read_in_chinese_and_its_file_in_english() {
        Map<String, String> fields =
                Map.of("deed", "account.create", "name", "Ann", "credits", "5", "reason", "a first customer");
        assertThat(operator.submit("/console/accounts", "/console/accounts?lang=zh-Hans", fields)
                        .location())
                .endsWith("?done=account.create");
        assertThat(in("zh-Hans", "/console/audit"))
                .contains("创建账户", "余额：5.00", "a first customer")
                .doesNotContain("Created an account");
        assertThat(in("zh-Hans", "/console/audit.csv"))
                .isEqualTo(in("en", "/console/audit.csv"))
                .contains("Created an account", "Balance: 5.00");
    }

    @Test
    void a_refused_form_says_why_in_chinese() {
        Map<String, String> fields =
                Map.of("deed", "account.create", "name", "Ann", "credits", "x", "reason", "a customer");
        String body = operator.submit("/console/accounts", "/console/accounts?lang=zh-Hans", fields)
                .body();
        assertThat(body).containsPattern("<p class=\"error\" role=\"alert\">[^<]*[\\u4e00-\\u9fff][^<]*。</p>");
    }

    @Test
    void settings_are_in_chinese_whole() {
        assertThat(in("zh-Hans", "/console/settings"))
                .contains("服务条款的 URL。每个页面的页脚都会链接到它。允许的值：http 或 https URL。", ">服务条款</label>")
                .doesNotContain("<span lang=\"en\">The");
        assertThat(in("zh-Hans", "/console/settings/all"))
                .contains("监听端口。0 表示任一空闲端口。")
                .doesNotContain("The port to listen on");
        assertThat(in("en", "/console/settings"))
                .contains("The URL of your terms.")
                .doesNotContain("lang=\"en\">The");
    }

    @Test
    void a_wrong_setting_is_said_once_at_its_field() {
        Map<String, String> fields = Map.of(
                "deed", "setting.set", "was-brand.terms", "", "brand.terms", "my terms", "reason", "we have terms now");
        String body = operator.submit("/console/settings", "/console/settings?lang=zh-Hans", fields)
                .body();
        assertThat(body)
                .contains(
                        "未作任何更改，请更正标出的字段。",
                        "<span class=\"error\">“服务条款”须为 http 或 https URL。</span>",
                        "value=\"my terms\"")
                .doesNotContain("brand.terms 允许");
        assertThat(server.post(
                                "/admin/settings",
                                "{\"name\":\"brand.terms\",\"value\":\"my terms\",\"reason\":\"we have terms now\"}",
                                server.adminKey())
                        .text())
                .contains("brand.terms allows an http or https URL.");
    }
}
