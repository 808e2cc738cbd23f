package dev.tollgate.pages;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.Asserts.found;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.PortalServer;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A form waits for its commit on its own thread, so the few threads that read pages stay free. */
@BesideOthers
@Timeout(120)
class WaitingFormsTest {

    private static final String PATH = "/dashboard/keys/new";
    private static final Pattern TOKEN = Pattern.compile("name=\"csrf\" value=\"([^\"]*)\"");
    private static final Pattern ONCE = Pattern.compile("name=\"once\" value=\"(form-[0-9a-f]{32})\"");
    private static final int FORMS_EACH = 4;

    private static String field(Pattern pattern, String page) {
        String text = found(pattern, page);
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static HttpRequest.Builder form(PortalServer server, Browser browser, String name) {
        String page = browser.get(PATH).body();
        return HttpRequest.newBuilder(URI.create(server.url() + PATH))
                .header("cookie", browser.cookies())
                .header("origin", server.url())
                .header("accept", "text/html")
                .header("content-type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "name=" + name + "&csrf=" + field(TOKEN, page) + "&once=" + field(ONCE, page)));
    }

    @Test
    void pages_are_shown_while_more_forms_than_pages_have_threads_wait_for_their_commit() {
        try (PortalServer server = PortalServer.start()) {
            List<Browser> customers = new ArrayList<>();
            List<HttpRequest.Builder> forms = new ArrayList<>();
            for (String name : List.of("first", "second")) {
                Browser customer = new Browser(server.url()).signUp(name + "@example.org", "somebody who waits long");
                customers.add(customer);
                assertThat(customer.get("/dashboard").status()).isEqualTo(200);
                for (int i = 0; i < FORMS_EACH; i++) {
                    forms.add(form(server, customer, name + i));
                }
            }
            List<CompletableFuture<PortalServer.Reply>> sent = new ArrayList<>();
            try (PortalServer.Fault _ = server.nothingIsCommitted()) {
                forms.forEach(form -> sent.add(server.sendAside(form)));
                for (Browser customer : customers) {
                    assertThat(customer.get("/dashboard").status()).isEqualTo(200);
                }
            }
            sent.forEach(CompletableFuture::join);
        }
    }
}
