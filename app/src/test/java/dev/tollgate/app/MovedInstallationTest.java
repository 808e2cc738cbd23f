package dev.tollgate.app;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.Main;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.RunningServer.Reply;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An embedded installation that becomes one of several servers. */
@Timeout(240)
class MovedInstallationTest {

    private static final String CALL = """
            {"model":"gemini-2.5-pro","stream":true,"messages":[{"role":"user","content":"Tell me"}]}""";

    @Test
    void a_kept_answer_is_given_again_by_a_server_that_has_the_database_alone() {
        String url = Postgres.migrated();
        try (Gateway embedded = Gateway.start(Map.of("TOLLGATE_SECRET_KEY", Gateway.SECRET_KEY))) {
            embedded.script(UpstreamScript.answers().text("Sesame.").finish("STOP", new Tokens(10, 10, 0)));
            Customer customer = embedded.customer("10");
            Reply first = customer.chat(CALL, "k");
            embedded.restartAfter(
                    () -> assertThat(migrated(embedded, url)).contains("kept answers: 1 of 1 copied from their files"));
            try (Gateway server = Gateway.startOn(url)) {
                Reply again =
                        new Customer(server, customer.account(), customer.keyId(), customer.key()).chat(CALL, "k");
                assertThat(again.text()).isEqualTo(first.text());
                assertThat(again.header("idempotent-replayed")).isEqualTo("true");
                assertThat(server.asked()).isEmpty();
                server.assertBooksAreClosed();
            }
        }
    }

    private static String migrated(Gateway embedded, String url) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] arguments = {"migrate-to-postgres", "--data", embedded.data().toString(), "--database", url};
        Map<String, String> environment = Map.of("TOLLGATE_SECRET_KEY", Gateway.SECRET_KEY);
        assertThat(Main.run(arguments, environment, new PrintWriter(out, true), new PrintWriter(err, true)))
                .as(err.toString())
                .isZero();
        return out.toString();
    }
}
