package dev.tollgate.operator;

import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Golden;
import dev.tollgate.testing.UpstreamScript;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The responses of the operator's routes and of {@code /v1/keys}: status and body of a request for each resource. The clock stands still. A step
 * may end with the JSON pointer of the part that is shown: {@code GET /admin/models @/data/0}.
 */
class AdminApiGoldenTest {

    private static final String ADMIN_KEY = "admin-key-of-the-tests";
    private static final Path FOLDER = Path.of("app/src/test/resources/golden/operator");
    private static final Golden FILES =
            new Golden(FOLDER.resolve("admin-api.in.txt"), FOLDER.resolve("admin-api.out.txt"));
    private static final JsonMapper JSON = new JsonMapper();

    /** The same in whatever language the caller asks for (L24). */
    @ParameterizedTest
    @CsvSource({"en, en", "'zh-CN,zh;q=0.9', zh-Hans"})
    void each_resource_is_read_and_changed(String accepted, String chosen) {
        try (Gateway gateway = Gateway.start(Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY))) {
            gateway.setNow(Instant.parse("2026-11-20T12:00:00.123Z"));
            gateway.script(UpstreamScript.says("Hello", 7, 3));
            new Browser(gateway.url()).signUp("ann@example.org", "a password of Ann's");
            Customer customer = gateway.customer("3");
            customer.chat("{\"model\":\"gemini-2.5-pro\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}");
            String call = customer.lastTask().get("id").asString();
            Transcript transcript = new Transcript(Map.of(gateway.url(), "{url}"));
            transcript.add("# " + customer.account() + " has made the call " + call + "; ann has "
                    + gateway.text("SELECT account_id FROM person WHERE login = 'ann@example.org'"));
            transcript.play(
                    new String(FILES.read(), StandardCharsets.UTF_8),
                    line -> answered(
                            gateway,
                            Map.of("Accept-Language", accepted, "Cookie", "lang=" + chosen),
                            line.split(" ", 3)));
            FILES.check(transcript.text());
        }
    }

    /** @param step method, path, and then what is sent, the part that is shown, or both */
    private static String answered(Gateway gateway, Map<String, String> headers, String... step) {
        String rest = step.length < 3 ? "" : step[2];
        int at = rest.lastIndexOf('@');
        String pointer = at >= 0 && rest.startsWith("/", at + 1) ? rest.substring(at + 1) : "";
        String body = pointer.isEmpty() ? rest : rest.substring(0, at).strip();
        String key = ADMIN_KEY;
        if (body.startsWith("sk-")) { // who asks, of the routes for keys
            key = body.split(" ", 2)[0];
            body = body.substring(key.length()).strip();
        }
        HttpRequest.Builder request = gateway.request(step[0], step[1], body, key);
        headers.forEach(request::header);
        Gateway.Reply reply = gateway.send(request);
        if (!reply.header("content-type").startsWith("application/json")) {
            return reply.status() + " " + reply.text();
        }
        JsonNode json = reply.json();
        JsonNode shown = pointer.isEmpty() ? json : json.at(pointer);
        return reply.status() + " " + JSON.writerWithDefaultPrettyPrinter().writeValueAsString(shown);
    }
}
