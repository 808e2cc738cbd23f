package dev.tollgate.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.MailBox;
import dev.tollgate.testing.Postgres;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Mails of two servers that share a PostgreSQL. */
@Timeout(120)
class TwoServersMailTest {

    private static final String ADMIN_KEY = "admin-key-of-the-tests";
    private static final int MAILS = 24;

    @Test
    void each_mail_is_sent_by_one_of_the_servers_and_once() {
        String url = Postgres.migrated();
        Map<String, String> environment = Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY);
        try (MailBox box = new MailBox();
                Gateway one = Gateway.startOn(url, environment, box.settings());
                Gateway two = Gateway.startOn(url, environment, box.settings())) {
            for (int i = 0; i < MAILS; i++) {
                Gateway asked = i % 2 == 0 ? one : two;
                String body = "{\"to\":\"ann" + i + "@example.org\",\"reason\":\"a test\"}";
                assertThat(asked.post("/admin/mail", body, ADMIN_KEY).status()).isEqualTo(202);
            }
            Gateway.await(
                    "all to be sent",
                    () -> one.number("SELECT COUNT(*) FROM outgoing_mail WHERE state = 'sent'") == MAILS);
            assertThat(box.count()).isEqualTo(MAILS);
            for (int i = 0; i < MAILS; i++) {
                assertThat(box.now("ann" + i + "@example.org")).hasSize(1);
            }
            assertThat(one.number("SELECT MAX(attempts) FROM outgoing_mail")).isEqualTo(1);
        }
    }
}
