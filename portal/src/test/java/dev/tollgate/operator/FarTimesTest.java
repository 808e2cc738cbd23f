package dev.tollgate.operator;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Customer;
import dev.tollgate.testing.PortalServer;
import dev.tollgate.testing.RunningServer.Reply;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A time that clients cannot read is refused by its name at each door. */
@Timeout(60)
class FarTimesTest {

    private static final String ADMIN_KEY = "admin-key-of-the-tests";

    private static PortalServer server;
    private static Customer customer;

    @BeforeAll
    static void start() {
        server = PortalServer.start(Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY));
        customer = server.customer("10");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static void refused(String name, Reply reply) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(400);
        assertThat(reply.json().path("error").path("param").stringValue())
                .as(reply.text())
                .isEqualTo(name);
    }

    private static void refusesQuery(String path, String name, String time, String key) {
        refused(name, server.get(path + "?" + name + "=" + URLEncoder.encode(time, StandardCharsets.UTF_8), key));
    }

    private static void refusesMember(String path, String begin, String name, String time) {
        String body = "{%s,\"%s\":\"%s\",\"reason\":\"a test\"}".formatted(begin, name, time);
        refused(name, server.post(path, body, ADMIN_KEY));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "+999999999-12-31T23:59:59Z",
                "-999999999-01-01T00:00:00Z",
                "+292278994-08-17T07:12:55.808Z",
                "+10000-01-01T00:00:00Z",
                "0000-01-01T00:00:00Z",
                "0000-01-01"
            })
    void a_year_that_is_not_of_1_to_9999_is_refused(String time) {
        refusesQuery("/v1/tasks", "from", time, customer.key());
        refusesQuery("/v1/tasks", "to", time, customer.key());
        refusesQuery("/v1/usage", "start", time, customer.key());
        refusesQuery("/admin/tasks", "from", time, ADMIN_KEY);
        refusesQuery("/admin/usage", "to", time, ADMIN_KEY);
        refusesQuery("/admin/audit", "from", time, ADMIN_KEY);
        refusesMember("/admin/accounts/" + customer.account() + "/grants", "\"credits\":1", "expires_at", time);
        refusesMember("/admin/vouchers", "\"credits\":1", "expires_at", time);
        refusesMember("/admin/announcements", "\"text\":\"Hello\"", "begins_at", time);
        refusesMember("/admin/announcements", "\"text\":\"Hello\"", "ends_at", time);
        refusesMember("/admin/models/gemini-3-pro/prices", "\"input\":58", "from", time);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-11-01", "2026-11-01T00:00:00+08:00"})
    void the_first_and_the_last_year_limit_a_list(String time) {
        String text = URLEncoder.encode(time, StandardCharsets.UTF_8);
        for (String name : new String[] {"from", "to"}) {
            for (String path : new String[] {"/admin/tasks", "/admin/usage", "/admin/audit"}) {
                Reply list = server.get(path + "?" + name + "=" + text, ADMIN_KEY);
                assertThat(list.status()).as(path + " " + list.text()).isEqualTo(200);
            }
            assertThat(server.get("/v1/tasks?" + name + "=" + text, customer.key())
                            .status())
                    .isEqualTo(200);
        }
    }
}
