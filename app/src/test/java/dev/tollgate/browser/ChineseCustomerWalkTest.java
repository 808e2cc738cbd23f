package dev.tollgate.browser;

import static dev.tollgate.testing.Asserts.assertThat;

import com.microsoft.playwright.Page;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.MailBox;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.Shared;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import jakarta.mail.internet.MimeMessage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A new customer who reads Chinese, from the first page to the invitation of a colleague, with the mails on the way (L44). */
@Timeout(240)
@Order(2)
@ResourceLock(Shared.BROWSER)
class ChineseCustomerWalkTest {

    private static final String PASSWORD = "只有我自己才知道的一句话";
    private static final String LIN = "lin@example.org";
    private static final String MEI = "mei@example.org";
    private static final String CALL =
            "{\"model\":\"gemini-2.5-pro\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\"你好\"}]}";

    private MailBox box;
    private Gateway gateway;
    private String key;

    @BeforeEach
    void start() {
        box = new MailBox();
        gateway = Gateway.start(box.settings("sign-up.open", "true", "sign-up.credits", "1"));
        gateway.script(UpstreamScript.answers().text("天空是蓝色的。").finish("STOP", new Tokens(10, 2_000, 0)));
    }

    @AfterEach
    void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
        box.close();
    }

    @ParameterizedTest
    @MethodSource(Windows.EACH)
    void a_customer_reads_all_in_chinese_from_the_first_page_on(int width, Scheme scheme) {
        try (ChineseReader lin = ChineseReader.at(gateway.url(), width, scheme)) {
            choosesChineseAsAStranger(lin);
            signsUp(lin);
            makesTheFirstKey(lin);
            usesTheCreditsUp(lin);
            paysForMore(lin);
            isWarnedOfABudget(lin);
            invites(lin);
            keepsTheFiltersOfAPage(lin);
            letsTheBrowserChooseAgain(lin);
        }
        try (ChineseReader mei = ChineseReader.at(gateway.url(), width, scheme)) {
            accepts(mei);
        }
    }

    private MimeMessage mail(String address, int number) {
        MimeMessage mail = box.to(address, number).getLast();
        ChineseReader.reads(mail);
        return mail;
    }

    private void choosesChineseAsAStranger(ChineseReader lin) {
        lin.visit().open("/docs/search?q=key");
        lin.chooses("简体中文");
        assertThat(lin.visit().page().url()).endsWith("/docs/search?q=key");
        lin.reads("docs-search");
        lin.reads("docs-keys", "/docs/keys");
        assertThat(lin.text()).contains("本页为英文。");
        lin.reads("docs-models", "/docs/models");
        lin.reads("landing", "/");
    }

    private void signsUp(ChineseReader lin) {
        Page page = lin.visit().page();
        lin.visit().press("header a[href='/sign-up']");
        lin.reads("sign-up");
        page.fill("#email", LIN);
        lin.press("发送链接");
        assertThat(lin.text()).contains("请查收邮件");
        lin.reads("mail-sent");
        mail(LIN, 1);
        lin.reads("join", box.link(LIN, 1));
        page.fill("#password", "太短");
        lin.press("创建账户");
        lin.visit().forgive("422");
        assertThat(lin.text()).contains("密码");
        lin.reads("join-refused");
        page.fill("#password", PASSWORD);
        lin.press("创建账户");
        assertThat(lin.text()).contains("三步得到第一个响应");
        lin.reads("start");
    }

    private void makesTheFirstKey(ChineseReader lin) {
        lin.visit().press("main a[href='/dashboard/keys/new']");
        lin.reads("key-new");
        lin.visit().page().fill("#name", "笔记本");
        lin.press("创建密钥");
        key = lin.visit().page().innerText("#secret");
        lin.reads("key-reveal");
        lin.reads("keys", "/dashboard/keys");
    }

    private void usesTheCreditsUp(ChineseReader lin) {
        Page page = lin.visit().page();
        lin.visit().open("/playground?model=gemini-2.5-pro");
        ScriptWordsTest.ask(page, "天空是什么颜色？", ScriptWordsTest.ended(1));
        lin.reads("playground");
        assertThat(lin.text()).contains("天空是蓝色的。", "0.90 点");
        ScriptWordsTest.ask(page, "海呢？", "() => document.querySelector('#ways a')");
        lin.visit().forgive("402");
        assertThat(page.innerText("#problem")).contains("余额不足。此调用需预扣 0.");
        lin.reads("playground-402");

        Reply refused = gateway.post("/v1/chat/completions", CALL, key);
        assertThat(refused.status()).as(refused.text()).isEqualTo(402);
        Reply unknown = gateway.post("/v1/chat/completions", CALL.replace("gemini-2.5-pro", "gemini-9"), key);
        assertThat(unknown.status()).as(unknown.text()).isEqualTo(404);
        gateway.writeRefusals();
        lin.reads("refused", "/dashboard/requests/refused");
        assertThat(lin.text())
                .contains("余额不足")
                .doesNotContain(refused.error().get("message").asString());
        assertThat(page.innerText("main [lang=en]"))
                .isEqualTo(unknown.error().get("message").asString());
        lin.reads("requests", "/dashboard/requests");
        assertThat(lin.text()).contains("操练场");
        assertThat(page.request().get(gateway.url() + "/dashboard/requests.csv").text())
                .contains("Playground");
        lin.visit().press("main tbody a[href^='/dashboard/requests/chatcmpl']");
        lin.reads("request");
    }

    private void paysForMore(ChineseReader lin) {
        lin.reads("top-up", "/dashboard/billing/top-up");
        lin.visit().press("button[name=dollars][value='10']");
        assertThat(lin.text()).contains("还差一步");
        lin.reads("payment");
        lin.press("前往支付");
        lin.reads("pay-test");
        lin.press("购买 2,000.00 点");
        assertThat(lin.text()).contains("2,000.00 点已于");
        lin.reads("paid");
        lin.press("账单或收据");
        assertThat(lin.text()).contains("测试收据", "已付");
        lin.reads("invoice");
        lin.reads("billing", "/dashboard/billing");
        lin.reads("ledger", "/dashboard/billing/ledger");
        lin.visit().open("/dashboard/billing");
        lin.visit().press("main a[href^='/dashboard/billing/statements/']");
        lin.reads("statement");
    }

    private void isWarnedOfABudget(ChineseReader lin) {
        Page page = lin.visit().page();
        lin.reads("budgets", "/dashboard/budgets");
        page.fill("#limit", "0.01");
        lin.press("设置预算");
        lin.reads("budget-set");
        lin.visit().open("/dashboard/requests");
        assertThat(gateway.post("/v1/chat/completions", CALL, key).status()).isEqualTo(200);
        page.waitForSelector("[data-figure=new-calls]:has-text('1 次新调用（查看）')");
        lin.reads("requests-live");
        gateway.writeWhatRides();
        gateway.app().people().mail().budgetNotices().sweep();
        MimeMessage warning = mail(LIN, 2);
        assertThat(MailBox.text(warning)).contains("预算");
        lin.reads("overview", "/dashboard");
        lin.reads("usage", "/dashboard/usage");
        lin.reads("audit-log", "/dashboard/audit-log");
    }

    private void invites(ChineseReader lin) {
        Page page = lin.visit().page();
        lin.visit().open("/dashboard/members");
        page.fill("#email", MEI);
        lin.visit().press("section[aria-labelledby=invite] button.primary");
        lin.reads("members");
        assertThat(MailBox.text(mail(MEI, 1))).contains(LIN);
    }

    private void keepsTheFiltersOfAPage(ChineseReader lin) {
        Page page = lin.visit().page();
        String filtered = "/dashboard/requests?state=completed&model=gemini-2.5-pro";
        lin.visit().open(filtered);
        lin.chooses("English");
        assertThat(page.url()).endsWith(filtered);
        assertThat(page.getAttribute("html", "lang")).isEqualTo("en");
        lin.chooses("简体中文");
        assertThat(page.url()).endsWith(filtered);
        lin.reads("requests-filtered");
    }

    private void letsTheBrowserChooseAgain(ChineseReader lin) {
        lin.reads("settings", "/dashboard/settings");
        lin.chooses("跟随浏览器");
        assertThat(lin.visit().page().getAttribute("html", "lang")).isEqualTo("en");
        lin.visit().open("/dashboard");
        assertThat(lin.text()).contains("Overview");
    }

    private void accepts(ChineseReader mei) {
        Page page = mei.visit().page();
        String link = box.link(MEI, 1);
        mei.visit().open(link);
        mei.chooses("简体中文");
        assertThat(page.url()).endsWith(link);
        mei.reads("invitation");
        page.fill("#password", PASSWORD);
        mei.press("创建账户");
        mei.reads("colleague");
        assertThat(gateway.text("SELECT language FROM person WHERE login = '" + MEI + "'"))
                .isEqualTo(ChineseReader.TAG);
    }
}
