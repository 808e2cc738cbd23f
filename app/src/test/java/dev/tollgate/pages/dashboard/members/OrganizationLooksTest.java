package dev.tollgate.pages.dashboard.members;

import dev.tollgate.browser.Scheme;
import dev.tollgate.browser.Visit;
import dev.tollgate.browser.Windows;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Shared;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the pages of an organization look like to its owner, a team's admin and a member. */
@Timeout(240)
@Order(1)
@ResourceLock(Shared.BROWSER)
class OrganizationLooksTest {

    private static Company company;
    private static String team;
    private static final Map<String, Browser> PEOPLE = new LinkedHashMap<>();

    @BeforeAll
    static void start() {
        company = new Company("sign-up.credits", "5000");
        PEOPLE.put("owner", company.owner);
        PEOPLE.put("team-admin", company.member("adam", "member"));
        PEOPLE.put("member", company.member("mia", "member"));
        team = company.team("Search and a rather long name of a team of many people");
        company.team("Ads");
        company.put(company.owner, team, "adam", "admin");
        company.put(company.owner, team, "mia", "member");
        company.key("production", "", team);
        String id = team.replaceFirst(".*/", "");
        for (String owner : new String[] {"account", "each_member", id, company.id("mia")}) {
            company.budget(owner, "month", "1000");
        }
        company.budget(id, "hour", "0");
        company.key("mias notebook", "mia", team);
    }

    @AfterAll
    static void stop() {
        PEOPLE.clear();
        company.close();
    }

    @ParameterizedTest
    @MethodSource(Windows.EACH)
    void the_pages_of_an_organization_are_accessible(int width, Scheme scheme) {
        try (Visit visit = Visit.at(company.server.url(), width, scheme)) {
            PEOPLE.forEach((who, browser) -> {
                visit.with(browser.cookies());
                look(visit, "/dashboard/members", "members-" + who);
                look(visit, "/dashboard/teams", "teams-" + who);
                look(visit, team, "team-" + who);
                if (who.equals("owner")) {
                    look(visit, "/dashboard/budgets", "budgets-" + who);
                }
                look(visit, team + "?remove=" + company.id("mia"), "team-remove-" + who);
                look(visit, "/dashboard/members/" + company.id("mia"), "member-" + who);
            });
        }
    }

    private static void look(Visit visit, String path, String name) {
        visit.open(path);
        visit.look(name);
    }
}
