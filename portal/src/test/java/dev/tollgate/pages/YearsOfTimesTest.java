package dev.tollgate.pages;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Browser;
import dev.tollgate.testing.PortalServer;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Times on pages in other years than that of the page's own clock. */
@Timeout(60)
class YearsOfTimesTest {

    private static final String PASSWORD = "a long enough operator";
    private static final String GROUP = "/console/groups/gold";
    private static final Instant SET = Instant.parse("2031-12-31T22:30:00Z");

    @Test
    void a_deed_of_another_year_stands_with_its_year() {
        try (PortalServer server = PortalServer.start("operator.password", PASSWORD)) {
            server.setNow(SET);
            Browser operator = signedIn(server);
            Map<String, String> form =
                    Map.of("deed", "group.set", "factor", "85", "models", "", "version", "0", "reason", "a partner");
            assertThat(operator.submit(GROUP, GROUP, form).location()).isEqualTo(GROUP + "?done=group.set&n=0");
            for (String path : new String[] {GROUP, "/console/audit"}) {
                assertThat(operator.get(path).body()).contains(">31 Dec 22:30:00<");
            }
            server.setNow(SET.plusSeconds(7_200));
            operator = signedIn(server);
            for (String path : new String[] {GROUP, "/console/audit"}) {
                assertThat(operator.get(path).body()).contains(">31 Dec 2031 22:30:00<");
            }
        }
    }

    private static Browser signedIn(PortalServer server) {
        Browser operator = new Browser(server.url());
        assertThat(operator.signIn("operator", PASSWORD).location()).isEqualTo("/console");
        return operator;
    }
}
