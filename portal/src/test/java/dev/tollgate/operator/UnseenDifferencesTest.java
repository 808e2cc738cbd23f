package dev.tollgate.operator;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Browser;
import dev.tollgate.testing.MailBox;
import dev.tollgate.testing.PortalServer;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Differences of the books, as operators see them until one has seen them. */
@Timeout(60)
class UnseenDifferencesTest {

    private static final String PASSWORD = "a long enough operator";
    private static final String ADDRESS = "op@example.org";
    private static final String TOLD = "The check of the books of";
    private static final String COUNT = "SELECT COUNT(*) FROM outgoing_mail WHERE recipient = '" + ADDRESS + "'";

    private static String check(PortalServer server) {
        server.post("/admin/books", "{}", PortalServer.ADMIN_KEY);
        PortalServer.await("the end of the check", () -> !books(server).contains("running"));
        return books(server);
    }

    private static String books(PortalServer server) {
        return server.get("/admin/books", PortalServer.ADMIN_KEY).text();
    }

    private static String see(PortalServer server, String endedAt) {
        return server.post(
                        "/admin/books/seen",
                        "{\"reason\":\"looked\",\"ended_at\":" + endedAt + "}",
                        PortalServer.ADMIN_KEY)
                .text();
    }

    @Test
    void operators_are_told_until_one_has_seen_them() {
        Map<String, String> environment =
                Map.of("TOLLGATE_SECRET_KEY", PortalServer.SECRET_KEY, "TOLLGATE_ADMIN_KEY", PortalServer.ADMIN_KEY);
        try (MailBox box = new MailBox();
                PortalServer server = PortalServer.start(environment, box.settings("operator.password", PASSWORD))) {
            new Browser(server.url()).signUp(box, ADDRESS, "somebody who operates");
            server.execute("UPDATE person SET role = 'operator' WHERE login = '" + ADDRESS + "'");
            server.customer("1000");
            server.execute(
                    "UPDATE account SET balance_micros = balance_micros + 1, purchased_micros = purchased_micros + 1 WHERE balance_micros > 1000");
            assertThat(check(server)).contains("differs", "\"unseen\":{\"count\"");
            server.execute(
                    "UPDATE account SET balance_micros = balance_micros - 1, purchased_micros = purchased_micros - 1 WHERE balance_micros > 1000");
            server.restart();
            assertThat(check(server)).contains("sound", "\"unseen\":{\"count\"");
            String endedAt = server.get("/admin/books", PortalServer.ADMIN_KEY)
                    .json()
                    .at("/unseen/ended_at")
                    .asString();

            server.people().mail().booksNotices().sweep();
            server.people().mail().booksNotices().sweep();
            assertThat(MailBox.text(box.to(ADDRESS, 2).getLast())).contains("The check of books", "/console/books");
            assertThat(server.number(COUNT)).isEqualTo(2);

            Browser operator = new Browser(server.url());
            operator.signIn("operator", PASSWORD);
            assertThat(operator.get("/console").body()).contains(TOLD);
            assertThat(operator.get("/console/books").body()).contains("Mark as seen");
            assertThat(see(server, "1")).as("later ones").isEqualTo("{\"changed\":false}");
            operator.submit(
                    "/console/books",
                    "/console/books",
                    Map.of("deed", "books.seen", "reason", "looked at it", "ended_at", endedAt));
            assertThat(operator.get("/console").body()).doesNotContain(TOLD);
            assertThat(operator.get("/console/books").body()).doesNotContain("Mark as seen");
            assertThat(books(server)).contains("\"unseen\":null");
            assertThat(server.text("SELECT reason FROM audit_log WHERE action = 'books.seen'"))
                    .isEqualTo("looked at it");
            assertThat(see(server, endedAt)).isEqualTo("{\"changed\":false}");
        }
    }
}
