package dev.tollgate.browser;

import static dev.tollgate.testing.Asserts.assertThat;

import com.microsoft.playwright.Page;
import dev.tollgate.keys.KeyResult;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Shared;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An operator who reads Chinese: prices, a group, credits until a day, a refund and a ban (L44). */
@Timeout(240)
@Order(2)
@ResourceLock(Shared.BROWSER)
class ChineseOperatorWalkTest {

    private static final String PASSWORD = "只有运营方才知道的一句话";
    private static final String CALL =
            "{\"model\":\"gemini-2.5-pro\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\"你好\"}]}";

    private Gateway gateway;
    private Customer customer;
    private Browser operator;
    private String call;

    @BeforeEach
    void start() {
        gateway = Gateway.start("operator.password", PASSWORD);
        gateway.script(UpstreamScript.answers().text("天空是蓝色的。").finish("STOP", new Tokens(10, 2_000, 0)));
        String account = gateway.commands().createAccount("林氏公司", 100_000_000).id();
        KeyResult.Made made = gateway.commands().createKey(account, KeySettings.named("笔记本"));
        customer = new Customer(gateway, account, made.key().id(), made.secret());
        assertThat(customer.chat(CALL).status()).isEqualTo(200);
        call = customer.lastTask().get("id").asString();
        operator = new Browser(gateway.url());
        assertThat(operator.signIn("operator", PASSWORD).location()).isEqualTo("/console");
    }

    @AfterEach
    void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    @ParameterizedTest
    @MethodSource(Windows.EACH)
    void an_operator_sets_prices_refunds_and_bans_in_chinese(int width, Scheme scheme) {
        try (ChineseReader reader = ChineseReader.at(gateway.url(), width, scheme)) {
            reader.visit().with(operator.cookies());
            choosesChineseOnAFilteredPage(reader);
            setsAPrice(reader);
            refundsTheCall(reader);
            makesAGroupAndPutsTheCustomerIn(reader);
            givesCreditsUntilADay(reader);
            bansAndUnbans(reader);
            readsWhatWasDone(reader);
        }
    }

    private String account() {
        return "/console/accounts/" + customer.account();
    }

    private void choosesChineseOnAFilteredPage(ChineseReader reader) {
        String filtered = "/console/requests?state=completed&model=gemini-2.5-pro";
        reader.visit().open(filtered);
        reader.chooses("简体中文");
        assertThat(reader.visit().page().url()).endsWith(filtered);
        reader.reads("console-requests");
        assertThat(reader.text()).contains("林氏公司");
    }

    private void setsAPrice(ChineseReader reader) {
        Page page = reader.visit().page();
        reader.reads("console-prices", "/console/prices");
        reader.reads("console-price", "/console/prices/gemini-2.5-pro");
        page.fill("#price-input", "300");
        page.fill("#price-output", "2500");
        reader.press("查看更改");
        reader.reads("console-price-compared");
        page.fill("#price-reason", "成本上涨");
        reader.press("设置价格");
        assertThat(reader.text()).contains("价格已设置", "$12.50");
        reader.reads("console-price-set");
    }

    private void refundsTheCall(ChineseReader reader) {
        Page page = reader.visit().page();
        reader.reads("console-request", "/console/requests/" + call);
        page.fill("#refund-credits", "1000");
        page.fill("#refund-reason", "响应太慢");
        reader.press("退还额度");
        reader.visit().forgive("422");
        assertThat(page.innerText("main [role=alert]")).containsPattern("\\p{IsHan}");
        reader.reads("console-refund-refused");
        page.fill("#refund-credits", "0.5");
        reader.press("退还额度");
        reader.reads("console-refunded");
        assertThat(gateway.number("SELECT COUNT(*) FROM entry WHERE kind = 'refund' AND amount_micros = 500000"))
                .isEqualTo(1);
    }

    private void makesAGroupAndPutsTheCustomerIn(ChineseReader reader) {
        Page page = reader.visit().page();
        reader.reads("console-groups", "/console/groups");
        page.fill("#name", "partner");
        reader.press("继续");
        page.fill("#factor", "８５"); // as an input method types it
        page.fill("#models", "gemini-4-* 90");
        reader.press("对比");
        reader.reads("console-group-preview");
        page.fill("#set-reason", "合作伙伴价目表");
        reader.press("设置版本");
        reader.reads("console-group");
        reader.visit().open(account());
        page.click("#group summary");
        page.selectOption("#group-name", "partner");
        page.fill("#group-reason", "五月的合同");
        reader.press("设置分组");
        assertThat(reader.text()).contains("partner");
        reader.reads("console-account-in-group");
    }

    private void givesCreditsUntilADay(ChineseReader reader) {
        Page page = reader.visit().page();
        reader.visit().open(account());
        page.fill("#grant-credits", "500");
        page.fill("#grant-expires", "2099-12-01");
        page.fill("#grant-models", "gemini-4-*");
        page.fill("#grant-reason", "项目赠送");
        reader.press("发放额度");
        reader.reads("console-account-with-grant");
        assertThat(gateway.number("SELECT COUNT(*) FROM credit_grant WHERE account_id = '" + customer.account() + "'"))
                .isEqualTo(1);
    }

    private void bansAndUnbans(ChineseReader reader) {
        Page page = reader.visit().page();
        page.click("summary:has(#ban-title)");
        page.fill("#ban-reason", "滥用服务");
        reader.press("封禁账户");
        assertThat(reader.text()).contains("账户已封禁");
        reader.reads("console-banned");
        assertThat(customer.chat(CALL).status()).isEqualTo(401);
        page.fill("#unban-reason", "已说明");
        reader.visit().press("form:has(#unban-reason) button");
        reader.reads("console-unbanned");
        assertThat(customer.chat(CALL).status()).isEqualTo(200);
    }

    private void readsWhatWasDone(ChineseReader reader) {
        reader.reads("console-audit", "/console/audit");
        assertThat(reader.text()).contains("退还调用", "解封账户", "响应太慢");
        reader.reads("console", "/console");
        reader.reads("console-accounts", "/console/accounts");
        reader.reads("console-books", "/console/books");
    }
}
