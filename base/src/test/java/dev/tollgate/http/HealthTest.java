package dev.tollgate.http;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.http.Readiness.Complaint;
import dev.tollgate.testing.Asked;
import dev.tollgate.testing.LogCapture;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HealthTest {

    private final List<Complaint> complaints = new ArrayList<>();
    private final Route<?> route =
            Route.get("/health/ready", Gate.PUBLIC, new Health(new Readiness(() -> List.copyOf(complaints))));

    @Test
    void a_server_without_complaints_is_up() {
        Asked.Answer answer = Asked.get("/health/ready").at(route);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).isEqualTo("{\"status\":\"up\"}");
    }

    @Test
    void this_machine_reads_the_reasons_and_others_do_not() {
        complaints.add(new Complaint("draining", "The server is shutting down."));
        complaints.add(new Complaint("database", "The database does not answer."));

        Asked.Answer here = Asked.get("/health/ready").at(route);
        Asked.Answer far = Asked.get("/health/ready").from("203.0.113.7").at(route);
        Asked.Answer proxied = Asked.get("/health/ready")
                .header("x-forwarded-for", "203.0.113.7")
                .at(route);

        assertThat(here.text()).isEqualTo("{\"status\":\"down\",\"reasons\":[\"draining\",\"database\"]}");
        assertThat(here.header("retry-after")).isEqualTo("1");
        assertThat(List.of(here.status(), far.status(), proxied.status())).containsOnly(503);
        assertThat(List.of(far.text(), proxied.text())).containsOnly("{\"status\":\"down\"}");
    }

    @Test
    void a_complaint_is_logged_once_until_it_ends() {
        complaints.add(new Complaint("draining", "The server is shutting down."));
        try (LogCapture log = new LogCapture()) {
            Asked.get("/health/ready").at(route);
            Asked.get("/health/ready").at(route);
            complaints.clear();
            Asked.get("/health/ready").at(route);

            assertThat(log.text().split("The server is shutting down", -1)).hasSize(2);
            assertThat(log.text()).contains("the server is ready again");
        }
    }
}
