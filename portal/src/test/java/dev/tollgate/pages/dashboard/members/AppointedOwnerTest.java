package dev.tollgate.pages.dashboard.members;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Browser;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The operator appoints an owner of an organization whose owners cannot be reached. */
@BesideOthers
@Timeout(60)
class AppointedOwnerTest {

    private static final String PASSWORD = "the operator of a company";

    @Test
    void an_appointed_owner_is_in_both_logs_with_the_reason() {
        try (Company company = new Company("operator.password", PASSWORD)) {
            company.member("vic", "viewer");
            Browser operator = new Browser(company.server.url());
            operator.signIn("operator", PASSWORD);
            String page = "/console/accounts/" + company.account;
            Map<String, String> form =
                    Map.of("deed", "member.role", "login", "vic@example.org", "reason", "the owner has left");
            for (int i = 0; i < 2; i++) {
                assertThat(operator.submit(page, page, form).status()).isEqualTo(303);
            }
            assertThat(company.server.text("SELECT role FROM member WHERE id = '" + company.id("vic") + "'"))
                    .isEqualTo("owner");
            assertThat(company.owner.get("/dashboard/audit-log").body())
                    .contains("The operator changed the role of ", " from viewer to owner.", "member.role");
            assertThat(operator.get("/console/audit").body())
                    .contains("Set a member's role", "viewer → owner", "the owner has left");
            assertThat(company.server.number("SELECT COUNT(*) FROM account_log WHERE actor = 'operator'"))
                    .isEqualTo(1);
        }
    }
}
