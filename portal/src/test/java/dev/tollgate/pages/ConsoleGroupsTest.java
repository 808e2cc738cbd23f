package dev.tollgate.pages;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Browser;
import dev.tollgate.testing.PortalServer;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The form of a price group. */
@Timeout(60)
class ConsoleGroupsTest {

    private static final String PASSWORD = "a long enough operator";
    private static final String GROUP = "/console/groups/gold";
    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

    @Test
    void many_factors_are_not_lost_to_the_page_for_the_password() {
        try (PortalServer server = PortalServer.start("operator.password", PASSWORD)) {
            server.setNow(NOW);
            Browser operator = new Browser(server.url());
            assertThat(operator.signIn("operator", PASSWORD).location()).isEqualTo("/console");
            String many = IntStream.range(0, 60)
                    .mapToObj(i -> "gemini-4-%02d* 900".formatted(i))
                    .collect(Collectors.joining("\n"));
            Map<String, String> form =
                    Map.of("deed", "group.set", "factor", "850", "models", many, "version", "0", "reason", "a partner");
            server.setNow(NOW.plusSeconds(1_200));
            Browser.Page kept = operator.submit(GROUP, GROUP, form);
            assertThat(kept.status()).isEqualTo(422);
            assertThat(kept.body()).contains("too long to be kept", "/console/prove", "gemini-4-59* 900");
            assertThat(server.number("SELECT COUNT(*) FROM price_group")).isZero();
            server.setNow(NOW);
            assertThat(operator.submit(GROUP, GROUP, form).location()).isEqualTo(GROUP + "?done=group.set");
        }
    }
}
