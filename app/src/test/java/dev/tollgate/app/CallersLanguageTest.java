package dev.tollgate.app;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.http.Route;
import dev.tollgate.keys.KeyKind;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.testing.AccountsServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.KeysServer.KeyOptions;
import dev.tollgate.testing.Today;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A program gets the same status, headers and body, whatever language its headers and a page's cookie name (L24): of each route, answered and refused.
 * What {@code /admin} answers to good requests is compared by {@code AdminApiGoldenTest}.
 */
@Order(7)
@Timeout(120)
class CallersLanguageTest {

    private static final Map<String, String> CHINESE =
            Map.of("Accept-Language", "zh-CN,zh;q=0.9", "Cookie", "lang=zh-Hans");

    private static final String MODEL = "gemini-2.5-pro";
    private static final String NONE = "gemini-9";

    /** The doors, each with a call of a model. A question mark tells two calls of one door apart. */
    private static final Map<String, String> DOORS = new LinkedHashMap<>();

    static {
        String messages = "{\"model\":\"gemini-2.5-pro\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],";
        String contents = "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Hi\"}]}]}";
        DOORS.put("/v1/chat/completions", messages + "\"stream\":false}");
        DOORS.put("/v1/chat/completions?", messages + "\"stream\":true}");
        DOORS.put("/v1/completions", "{\"model\":\"gemini-2.5-pro\",\"prompt\":\"Hi\"}");
        DOORS.put("/v1/responses", "{\"model\":\"gemini-2.5-pro\",\"input\":\"Hi\"}");
        DOORS.put("/v1/responses?", "{\"model\":\"gemini-2.5-pro\",\"input\":\"Hi\",\"stream\":true}");
        DOORS.put("/v1/messages", messages + "\"max_tokens\":99}");
        DOORS.put("/v1/messages?", messages + "\"max_tokens\":99,\"stream\":true}");
        DOORS.put("/v1/embeddings", "{\"model\":\"gemini-embedding-001\",\"input\":\"Hi\"}");
        DOORS.put("/v1beta/models/gemini-2.5-pro:generateContent", contents);
        DOORS.put("/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse", contents);
        DOORS.put("/v1beta/interactions", "{\"model\":\"gemini-2.5-pro\",\"input\":\"Hi\"}");
        DOORS.put("/v1/estimate", messages + "\"max_tokens\":99}");
    }

    /** What programs read without a call, and what a management key does with its organization. The body is after a blank. */
    private static final List<String> STEPS = """
            GET /v1/models
            GET /v1/models/gemini-2.5-pro
            GET /v1/models/gemini-9
            GET /v1/credits
            GET /v1/usage
            GET /v1/usage?by=nothing
            GET /v1/tasks
            GET /v1/nothing
            GET /v1/receipts
            GET /v1beta/models
            GET /v1/organization
            PATCH /v1/organization {"name":"Acme"}
            PATCH /v1/organization {"language":"nothing"}
            PATCH /v1/organization {"time_zone":"Mars"}
            GET /v1/organization/members
            POST /v1/organization/invitations {"email":"carl@example.org","role":"member"}
            POST /v1/organization/invitations {"email":"carl","role":"king"}
            GET /v1/organization/invitations
            POST /v1/organization/teams {"name":"Web"}
            POST /v1/organization/teams {"name":"Web"}
            POST /v1/organization/teams {"name":""}
            GET /v1/organization/teams
            PUT /v1/organization/budgets/account {"month":0,"day":2.5}
            PUT /v1/organization/budgets/account {"month":-1}
            GET /v1/organization/budgets
            GET /v1/organization/audit-log
            POST /v1/keys {"name":"laptop","spend":{"day":1}}
            POST /v1/keys {"name":""}
            """.lines().toList();

    /** Ids, secrets and their beginnings, hashes, a wait that is measured. */
    private static final Pattern OWN = Pattern.compile(
            "\\b[a-z]+1?[_-](?:[a-z]+[_-])?(?=[a-z]*[0-9A-Z])[0-9A-Za-z]{12,}|\\bsk-[0-9a-f]{8}\\b|\\b[0-9a-f-]{32,}\\b|\\b[0-9A-Za-z_-]{40,}=*|(?<=\"retryDelay\":\")[0-9.]+");

    /** Headers whose values are measured. */
    private static final Pattern MEASURED =
            Pattern.compile("date|.*(?:-ms|-remaining|-remaining-.*|-reset|-reset-.*)|retry-after");

    /** What is measured for each request, and what begins a check that the next request finds running. */
    private static final Set<String> CHANGING = Set.of("GET /metrics", "POST /admin/books");

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private static Gateway gateway;

    /** @param headers beside those of any program @param poor without credits for a call @param manager the secret of a management key */
    private record Caller(Map<String, String> headers, Customer rich, Customer poor, String manager) {

        static Caller with(Map<String, String> headers) {
            Customer rich = gateway.customer("100");
            return new Caller(
                    headers,
                    rich,
                    gateway.customer("0"),
                    gateway.commands()
                            .createKey(rich.account(), KeySettings.named("m").withKind(KeyKind.MANAGEMENT))
                            .secret());
        }

        /** Returns status, headers and body. @param key null for none */
        String ask(String method, String path, @Nullable String body, @Nullable String key) {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(gateway.url() + path))
                    .method(
                            method,
                            body == null
                                    ? HttpRequest.BodyPublishers.noBody()
                                    : HttpRequest.BodyPublishers.ofString(body));
            if (body != null) {
                request.header("Content-Type", "application/json");
            }
            if (key != null) {
                request.header("Authorization", "Bearer " + key);
            }
            headers.forEach(request::header);
            HttpResponse<String> answer = sent(request);
            Map<String, List<String>> named = new TreeMap<>(answer.headers().map());
            named.replaceAll((name, values) -> MEASURED.matcher(name).matches() ? List.of() : values);
            return OWN.matcher(answer.statusCode() + " " + named + "\n" + answer.body())
                    .replaceAll("{own}");
        }

        /** A client of its own: to read each of a thousand answers with its schema takes longer than to ask. */
        private static HttpResponse<String> sent(HttpRequest.Builder request) {
            try {
                return CLIENT.send(request.header("User-Agent", "test").build(), HttpResponse.BodyHandlers.ofString());
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    private static Caller plain;
    private static Caller chinese;

    @BeforeAll
    static void start() {
        gateway = Gateway.start(Map.of("TOLLGATE_ADMIN_KEY", AccountsServer.ADMIN_KEY));
        gateway.setNow(Today.instant());
        Tokens tokens = new Tokens(7, 3, 0);
        gateway.script(UpstreamScript.answers().text("Hello", tokens).finish("STOP", tokens));
        plain = Caller.with(Map.of());
        chinese = Caller.with(CHINESE);
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private interface Asking {
        String by(Caller caller);
    }

    /** Returns the status that both get. */
    private static String same(String what, Asking asking) {
        String answer = asking.by(plain);
        assertThat(asking.by(chinese)).as(what).isEqualTo(answer);
        return answer.substring(0, 3);
    }

    @Test
    void each_door_answers_and_refuses_in_the_same_words() {
        DOORS.forEach((path, body) -> {
            Customer plains = gateway.customer("1", KeyOptions.perMinute(1));
            Customer chineses = gateway.customer("1", KeyOptions.perMinute(1));
            Map<String, Asking> all = new LinkedHashMap<>();
            all.put("200", by -> by.ask("POST", path, body, by.rich.key()));
            all.put("400", by -> by.ask("POST", path, "{\"other\":1}", by.rich.key()));
            all.put("400 no JSON", by -> by.ask("POST", path, "{", by.rich.key()));
            all.put("401", by -> by.ask("POST", path, body, null));
            all.put("401 unknown", by -> by.ask("POST", path, body, "sk-" + "0".repeat(64)));
            all.put("402", by -> by.ask("POST", path, body, by.poor.key()));
            all.put(
                    path.startsWith("/v1/messages") ? "400 of no model" : "404",
                    by -> by.ask(
                            "POST",
                            path.replaceFirst(MODEL, NONE),
                            body.replaceFirst("(\"model\":\")[^\"]+", "$1" + NONE),
                            by.rich.key()));
            Asking limited = by -> by.ask("POST", path, body, (by == plain ? plains : chineses).key());
            all.put("200 the last", limited);
            all.put("429", limited);
            all.forEach((name, asking) ->
                    assertThat(name).as(path + " with " + body).startsWith(same(path + " " + name, asking)));
        });
    }

    @Test
    void what_is_read_and_set_without_a_call_is_the_same() {
        for (String step : STEPS) {
            String[] parts = step.split(" ", 3);
            String body = parts.length < 3 ? null : parts[2];
            for (boolean manages : new boolean[] {false, true}) {
                same(step, by -> by.ask(parts[0], parts[1], body, manages ? by.manager : by.rich.key()));
            }
        }
    }

    @Test
    void each_route_of_the_api_refuses_in_the_same_words() {
        List<Route<?>> routes = gateway.app().routes().stream()
                .filter(ApiDescriptionTest::isApi)
                .filter(route -> !CHANGING.contains(route.method() + " " + route.path()))
                .toList();
        List<String> other = new ArrayList<>();
        for (Route<?> route : routes) {
            boolean isRead = route.method().equals("GET");
            String path = route.path()
                    .replace("/models/{id...}", isRead ? "/models/nothing" : "/models/nothing:generateContent")
                    .replaceAll("\\{[^}]*}", "nothing");
            String body = isRead ? null : "{\"other\":1}";
            Map<String, Asking> all = Map.of(
                    "without a key", by -> by.ask(route.method(), path, body, null),
                    "with an API key", by -> by.ask(route.method(), path, body, plain.rich.key()),
                    "with a management key", by -> by.ask(route.method(), path, body, plain.manager),
                    "as the operator", by -> by.ask(route.method(), path, body, AccountsServer.ADMIN_KEY));
            all.forEach((who, asking) -> {
                String one = asking.by(plain);
                String two = asking.by(chinese);
                if (!one.equals(two)) {
                    other.add(route.method() + " " + path + " " + who + ":\n" + one + "\n" + two);
                }
            });
        }
        assertThat(other).isEmpty();
        assertThat(routes).hasSizeGreaterThan(150);
    }
}
