package dev.tollgate.pages.console.parts;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.operator.admin.OperatorAction;
import dev.tollgate.operator.admin.OperatorAction.Button;
import dev.tollgate.operator.admin.accounts.AccountFiles;
import dev.tollgate.operator.admin.accounts.AccountRoutes;
import dev.tollgate.operator.admin.accounts.Deletions;
import dev.tollgate.operator.admin.accounts.OperatorLinks;
import dev.tollgate.operator.admin.accounts.OperatorPeople;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.PortalServer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Forms of a page that was drawn before the state changed, or that the page does not have. */
class RefusedFormsTest {

    private static final String ADMIN = "adm-" + "refused-forms".repeat(4);
    private static final String PASSWORD = "a sentence nobody else has";

    private static PortalServer server;
    private static Browser operator;

    @BeforeAll
    static void start() {
        server = PortalServer.start(Map.of("TOLLGATE_ADMIN_KEY", ADMIN, "TOLLGATE_OPERATOR_PASSWORD", PASSWORD));
        operator = new Browser(server.url());
        operator.signIn("operator", PASSWORD);
        server.post("/admin/vouchers", "{\"credits\":5,\"reason\":\"a test\"}", ADMIN);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    static Stream<String> deeds() {
        return Stream.<List<? extends OperatorAction<?, ?>>>of(
                        AccountRoutes.OF_ACCOUNT,
                        OperatorPeople.OF_PERSON,
                        List.of(OperatorPeople.END_SESSIONS, OperatorLinks.RESET_LINK, OperatorLinks.INVITE),
                        List.of(AccountFiles.DELETE),
                        Deletions.ACTIONS)
                .flatMap(List::stream)
                .flatMap(action -> action.buttons().stream())
                .map(Button::deed)
                .distinct();
    }

    private static String account() {
        return server.post("/admin/accounts", "{\"name\":\"Ann\",\"credits\":5,\"reason\":\"a test\"}", ADMIN)
                .json()
                .get("id")
                .asString();
    }

    @ParameterizedTest
    @MethodSource("deeds")
    void a_refusal_is_said_whatever_the_page_shows_by_now(String deed) {
        for (String then : List.of("", "/block", "/delete")) {
            String id = account();
            if (!then.isEmpty()) {
                String body =
                        then.equals("/block") ? "{\"blocked\":true,\"reason\":\"a test\"}" : "{\"reason\":\"a test\"}";
                assertThat(server.post("/admin/accounts/" + id + then, body, ADMIN)
                                .status())
                        .isEqualTo(200);
            }
            String path = "/console/accounts/" + id;
            Browser.Page page = operator.submit("/console/accounts", path, Map.of("deed", deed, "reason", ""));
            assertThat(page.status()).as(deed + then).isEqualTo(422);
            assertThat(page.body()).as(deed + then).contains("<p class=\"error\" role=\"alert\">");
        }
    }

    @Test
    void a_deleted_account_is_not_offered_the_end_of_its_ban() {
        String path = "/accounts/" + account();
        server.post("/admin" + path + "/block", "{\"blocked\":true,\"reason\":\"a test\"}", ADMIN);
        assertThat(operator.get("/console" + path).body()).contains("#ban-title");
        server.post("/admin" + path + "/delete", "{\"reason\":\"a test\"}", ADMIN);
        assertThat(operator.get("/console" + path).body()).doesNotContain("#ban-title");
    }

    @Test
    void the_refusal_of_a_field_stands_at_it_with_what_was_typed() {
        String path = "/console/accounts/" + account();
        Map<String, String> typed = Map.of("deed", "account.grant", "credits", "ten", "reason", "a test");
        String page = operator.submit("/console/accounts", path, typed).body();
        assertThat(page)
                .containsPattern("<input id=\"grant-credits\"[^>]* value=\"ten\"[^>]* autofocus aria-invalid=\"true\"");
        assertThat(page).containsPattern("<span class=\"error\" id=\"grant-credits-about\">[^<]*Credits");
    }

    static Stream<Arguments> wrong() {
        Map<String, String> group = Map.of("deed", "group.set", "factor", "90", "from", "", "models", "");
        Map<String, String> plan = Map.of("deed", "plan.set", "name", "Pro", "cents", "9", "credits", "1");
        return Stream.of(
                Arguments.of("/groups/a", group, "factor", "9,5"),
                Arguments.of("/groups/a", with(group, "preview", "on"), "factor", "abc"),
                Arguments.of("/groups/a", with(group, "preview", "on"), "models", "gemini-3-pro abc"),
                Arguments.of("/plans/a", plan, "cents", "1e3"),
                Arguments.of("/plans/a", plan, "reason", "no"),
                Arguments.of("", Map.of("deed", "account.grant", "credits", "1"), "expires_at", "2026-02-30"),
                Arguments.of("", Map.of("deed", "account.grant", "credits", "1"), "reason", ""),
                Arguments.of("/vouchers", Map.of("deed", "voucher.create", "credits", "1"), "expires_at", "2020-01-01"),
                Arguments.of("/vouchers", Map.of("deed", "voucher.revoke", "first", "9"), "last", "3"));
    }

    private static Map<String, String> with(Map<String, String> fields, String name, String value) {
        Map<String, String> with = new HashMap<>(fields);
        with.put(name, value);
        return with;
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void what_cannot_be_read_stands_at_its_field(String page, Map<String, String> fields, String name, String typed) {
        String path = page.isEmpty() ? "/console/accounts/" + account() : "/console" + page;
        Map<String, String> all = with(with(fields, "reason", "a test"), name, typed);
        Browser.Page again = operator.submit(path, path, all);
        assertThat(again.status()).isEqualTo(422);
        assertThat(again.body()).containsPattern("name=\"" + name + "\"[^>]* autofocus aria-invalid=\"true\"");
        assertThat(again.body()).contains(typed).containsOnlyOnce("<span class=\"error\" id=");
    }

    @Test
    void an_invitation_is_named_by_its_address_in_the_audit_log() {
        String id = account();
        String body = "{\"email\":\"petra@example.org\",\"role\":\"member\",\"reason\":\"a test\"}";
        assertThat(server.post("/admin/accounts/" + id + "/invitations", body, ADMIN)
                        .status())
                .isLessThan(300);
        assertThat(operator.get("/console/audit").body())
                .contains("petra@example.org")
                .doesNotContain("inv_");
    }

    @Test
    void a_form_of_another_page_is_refused_in_a_sentence() {
        for (String deed : List.of("setting.set", "none", "")) {
            Browser.Page page =
                    operator.submit("/console/accounts", "/console/accounts", Map.of("deed", deed, "reason", "a test"));
            assertThat(page.status()).isEqualTo(400);
            assertThat(page.body()).contains("There is no such form on this page.");
        }
    }
}
